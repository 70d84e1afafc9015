#!/usr/bin/env bash
# The benchmark: tests/bench/run.sh. BENCH_ROWS=N changes its size.
set -euo pipefail
cd "$(dirname "$0")/../.."
./build.sh deps
./build.sh >/dev/null
cmake --build build/cmake --target bench_stages >/dev/null
export BIGDUST=$PWD/build/Release/bigdust SANDBOX=$PWD/build/tools/sandbox
export BIGDUST_BUILD=$PWD/build/cmake BENCH_STAGES=$PWD/build/cmake/tests/bench_stages
exec /usr/bin/python3 -B tests/bench/bench.py
