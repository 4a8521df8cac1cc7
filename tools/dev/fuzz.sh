#!/usr/bin/env bash
# fuzz.sh SECONDS [NAME] runs every fuzz target of build/asan, or fuzz_NAME, on its corpus fuzz/corpus/NAME.
# New inputs stay in build/fuzz/found/NAME, crashing ones beside them in build/fuzz/crashes/NAME-*.
set -euo pipefail
source tools/dev/common.sh
export seconds=$1

run_target() {  # PROGRAM
    local name=${1##*/fuzz_}
    local found=build/fuzz/found/$name seeds=fuzz/corpus/$name log=build/fuzz/$name.log
    [ -d "$seeds" ] || fail "fuzz_$name has no seeds: add some to $seeds"
    mkdir -p "$found" build/fuzz/crashes
    if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2560 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$name-" "$found" "$seeds" >"$log" 2>&1; then
        printf '%-24s %s runs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        printf '%-24s FAILED; %s ends with:\n' "$name" "$log"
        tail -n 40 "$log"
        return 1
    fi
}
export -f run_target say fail

mapfile -t targets < <(find build/asan/fuzz -name "fuzz_${2:-*}" -type f -executable | sort)
[ ${#targets[@]} != 0 ] || fail "there is no fuzz target${2:+ fuzz_$2}"
say "fuzz ${#targets[@]} targets, $seconds s each"
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -euc 'run_target {}' ||
    fail "a fuzz target failed; to see it again: build/asan/fuzz/fuzz_NAME build/fuzz/crashes/NAME-..."
say "no target failed"
