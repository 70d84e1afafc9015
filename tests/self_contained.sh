#!/usr/bin/env bash
# What ./build.sh release leaves is one executable that needs nothing beside it.
# tests/self_contained.sh <sandbox>
# As root, for chroot and a name server's port.
set -euo pipefail
[[ $# -eq 1 ]] || { echo "usage: $0 <sandbox>" >&2; exit 2; }
SANDBOX=$(realpath "$1")
export SANDBOX
cd "$(dirname "$0")/.."
bigdust=build/Release/bigdust

fail() {
  echo "self_contained.sh: $*" >&2
  exit 1
}
[[ $(id -u) == 0 ]] || fail "run it as root"

./build.sh deps
./build.sh release
[[ $(find build/Release -mindepth 1) == "$bigdust" && -x $bigdust ]] || fail "build/Release holds $(ls build/Release)"
elf=$(readelf --wide --segments --dynamic --sections "$bigdust")
for part in INTERP NEEDED .symtab .debug_info; do # a loader, a shared library, symbols
  [[ $elf != *"$part"* ]] || fail "$bigdust has $part"
done
echo "ok: one executable, without shared libraries and symbols"
BIGDUST_BUILD=build /usr/bin/python3 -B tests/self_contained.py "$bigdust"
