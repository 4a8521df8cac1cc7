#!/usr/bin/env bash
# All that can be said about the sources without running them. Every check runs; the exit status says whether all passed.
set -uo pipefail
source tools/dev/common.sh

failed=()
check() {  # NAME COMMAND...
    say "$1"
    local began=$SECONDS
    "${@:2}" || failed+=("$1")
    printf '   %s s\n' $((SECONDS - began)) >&2
}

formatted() { sources '*.[ch]pp' | xargs -0 clang-format-19 --dry-run -Werror; }

short_enough() {
    sources '*.[ch]pp' '*.py' '*.sh' | xargs -0 wc -l |
        awk '$1 > 450 && $2 != "total" {print $2 ": " $1 " lines; split what has more than 450"; long = 1} END {exit long}'
}

headers_alone() { cmake --build build/lint -j "$(jobs_that_fit)" --target all_verify_interface_header_sets; }

check "clang-format" formatted
check "layers" tools/check_layers.py
check "file lengths" short_enough
check "shellcheck" shellcheck -x dev .ci/run tools/dev/*.sh
check "headers compile alone" headers_alone
check "clang-tidy" tools/run_clang_tidy.py build/lint "$(jobs_that_fit)"

[ ${#failed[@]} = 0 ] || fail "lint found faults in: ${failed[*]}"
say "lint found nothing"
