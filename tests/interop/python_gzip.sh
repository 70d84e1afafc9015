#!/usr/bin/env bash
# Python's grpcio as a client that compresses its requests, which are above gRPC's usual 4 MB.
# tests/interop/python_gzip.sh <bigdust> <sandbox>
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: $0 <bigdust> <sandbox>" >&2; exit 2; }
BIGDUST=$(realpath "$1")
SANDBOX=$(realpath "$2")
export BIGDUST SANDBOX
here=$(cd "$(dirname "$0")" && pwd)
output=$(realpath -m "${INTEROP_OUTPUT:-$here/../../build/interop}/python")
mkdir -p "$output"
version=$(/usr/bin/python3 -c 'import grpc; print(grpc.__version__)')
BIGDUST_BUILD=$output /usr/bin/python3 -B "$here/python_gzip.py"
echo "interop with grpcio $version, gzip: fine"
