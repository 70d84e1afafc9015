#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a while. tests/fuzz/run.sh [seconds]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DFUZZ=ON >/dev/null
for source in tests/fuzz/fuzz_*.c; do
  target=$(basename "$source" .c)
  cmake --build build/fuzz --target "$target" >/dev/null
  mkdir -p "build/fuzz/corpus/$target"
  "build/fuzz/tests/$target" -max_total_time="$seconds" -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix=build/fuzz/ "build/fuzz/corpus/$target" 2>&1 |
    tee "build/fuzz/$target.log" | grep -E 'stat::number_of_executed_units|ERROR|SUMMARY' | sed "s/^/$target: /"
done
