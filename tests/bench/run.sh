#!/usr/bin/env bash
# The benchmarks, Fivetran's and Airbyte's: tests/bench/run.sh [fivetran|airbyte]. BENCH_ROWS=N changes their size.
set -euo pipefail
cd "$(dirname "$0")/../.."
./build.sh deps
./build.sh >/dev/null
cmake --build build/cmake --target bench_stages >/dev/null
export BIGDUST=$PWD/build/Release/bigdust SANDBOX=$PWD/build/tools/sandbox
export BIGDUST_BUILD=$PWD/build/cmake BENCH_STAGES=$PWD/build/cmake/tests/bench_stages
[[ ${1:-fivetran} != fivetran ]] || /usr/bin/python3 -B tests/bench/bench.py
[[ ${1:-airbyte} != airbyte ]] || /usr/bin/python3 -B tests/bench/airbyte.py
