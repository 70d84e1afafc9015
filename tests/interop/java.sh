#!/usr/bin/env bash
# Batch files as Fivetran's own libraries write them: Jackson's CsvMapper, zstd-jni, Java's gzip and AES.
# tests/interop/java.sh <bigdust> <sandbox> [rows a batch]
# Maven downloads once, to build/interop/java (INTEROP_OUTPUT names another place than build/interop).
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: $0 <bigdust> <sandbox> [rows a batch]" >&2; exit 2; }
BIGDUST=$(realpath "$1")
SANDBOX=$(realpath "$2")
export BIGDUST SANDBOX
rows=${3:-24000}
here=$(cd "$(dirname "$0")" && pwd)
output=$(realpath -m "${INTEROP_OUTPUT:-$here/../../build/interop}/java")
for tool in java javac mvn; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
mkdir -p "$output"

# build [--offline]
build() {
  mvn --quiet --batch-mode "$@" -f "$here/java/pom.xml" -Dmaven.repo.local="$output/repository" \
    -Doutput="$output" compile
}
if ! build --offline >"$output/build.log" 2>&1; then
  build >"$output/build.log" 2>&1 || { cat "$output/build.log" >&2; exit 1; }
fi
echo "ok: built with $(javac -version)"

batches=$(mktemp -d "$output/batches.XXXXXX")
trap 'rm -rf "$batches"' EXIT
java -cp "$output/target/classes:$output/lib/*" bigdust.interop.Main "$batches" "$rows" 2007
echo "ok: wrote $(find "$batches" -name '*.csv' | wc -l) files, $rows rows a batch"
BIGDUST_BUILD=$output /usr/bin/python3 -B "$here/java_batches.py" "$batches"
echo "interop with Java (Jackson CSV, zstd-jni, AES/CBC/PKCS5Padding): fine"
