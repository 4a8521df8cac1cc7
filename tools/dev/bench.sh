#!/usr/bin/env bash
# bench.sh [ARGUMENT...]            runs the rows; see bench.sh --help
# bench.sh --micro [ARGUMENT...]    runs the micro-benchmarks; the arguments are Google Benchmark's
# bench.sh --selftest               tests what measures
set -euo pipefail
source tools/dev/common.sh

# A tree that was configured before Google Benchmark was installed does not know the micro-benchmarks.
configure release
grep -qs bench_micro build/release/build.ninja || cmake --preset release >&2

case ${1:-} in
    --micro)
        build release bench_micro
        exec build/release/bench/micro "${@:2}"
        ;;
    --selftest)
        build release bench_programs
        cd bench
        exec python3 -B -m unittest discover -s selftest -t .
        ;;
esac
build release bench_programs
exec python3 -B bench/run.py "$@"
