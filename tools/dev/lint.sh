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

headers_alone() { cmake --build build/release -j "$(jobs_that_fit)" --target all_verify_interface_header_sets; }

tidy() {
    find src -name '*.cpp' ! -name '*_test.cpp' -print0 |
        xargs -0 -n 1 -P "$(jobs_that_fit)" clang-tidy-19 -p build/release --quiet 2> >(grep -v 'warnings\? generated\|treated as error' >&2)
}

check "clang-format" formatted
check "layers" tools/check_layers.py
check "file lengths" short_enough
check "shellcheck" shellcheck -x dev .ci/run tools/dev/*.sh
check "headers compile alone" headers_alone
check "clang-tidy" tidy

[ ${#failed[@]} = 0 ] || fail "lint found faults in: ${failed[*]}"
say "lint found nothing"
