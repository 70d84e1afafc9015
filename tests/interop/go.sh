#!/usr/bin/env bash
# grpc-go as a client: gzip-compressed requests, and keepalive pings during a long call.
# tests/interop/go.sh <bigdust> <sandbox> [seconds of the long call]
# Go downloads once, to build/interop/go (INTEROP_OUTPUT names another place than build/interop).
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: $0 <bigdust> <sandbox> [seconds of the long call]" >&2; exit 2; }
BIGDUST=$(realpath "$1")
SANDBOX=$(realpath "$2")
export BIGDUST SANDBOX
seconds=${3:-60}
here=$(cd "$(dirname "$0")" && pwd)
output=$(realpath -m "${INTEROP_OUTPUT:-$here/../../build/interop}/go")
for tool in go gofmt protoc; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
mkdir -p "$output"

unformatted=$(gofmt -l "$here/go")
[[ -z $unformatted ]] || { echo "not as gofmt writes it: $unformatted" >&2; exit 1; }
export GOMODCACHE=$output/modules GOCACHE=$output/cache GOTOOLCHAIN=local CGO_ENABLED=0
export GOFLAGS="-modcacherw -buildvcs=false -mod=readonly" # modcacherw: rm -r can remove it
(cd "$here/go" && go vet ./... && go build -o "$output/client" .)
protoc -I"$here/../../protos" -I/usr/include --include_imports \
  --descriptor_set_out="$output/protos.desc" destination_sdk.proto
echo "ok: built with $(go version), grpc-go $(cd "$here/go" && go list -m -f '{{.Version}}' google.golang.org/grpc)"

BIGDUST_BUILD=$output /usr/bin/python3 -B "$here/go_keepalive.py" \
  "$output/client" "$output/protos.desc" "$seconds"
echo "interop with grpc-go: fine"
