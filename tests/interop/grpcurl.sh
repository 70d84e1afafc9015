#!/usr/bin/env bash
# grpcurl against the server, without any proto file: reflection, a call, health.
# tests/interop/grpcurl.sh <bigdust>
set -euo pipefail
version=v1.9.3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/bigdust-interop/$version
grpcurl=$cache/grpcurl
[[ -x $grpcurl ]] || GOBIN=$cache go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$version"

log=$(mktemp)
"$1" --port 0 --state-dir "" >"$log" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$log"' EXIT
for ((i = 0; i < 600; i++)); do # until it says its port
  port=$(sed -n 's/.*server_started port=\([0-9]*\).*/\1/p' "$log")
  [[ -n $port ]] && break
  sleep 0.1
done
address=127.0.0.1:$port

# expect <text> <grpcurl arguments…>
expect() {
  local text=$1 answer
  shift
  answer=$("$grpcurl" -plaintext "$@")
  [[ $answer == *"$text"* ]] || { echo "grpcurl $*: no \"$text\" in: $answer" >&2; exit 1; }
  echo "ok: grpcurl $*"
}
expect fivetran_sdk.v2.DestinationConnector "$address" list
expect grpc.health.v1.Health "$address" list
expect "rpc WriteHistoryBatch ( .fivetran_sdk.v2.WriteHistoryBatchRequest )" \
  "$address" describe fivetran_sdk.v2.DestinationConnector
expect "map<string, bytes> keys = 4;" "$address" describe fivetran_sdk.v2.WriteBatchRequest
expect '"biggeo"' "$address" fivetran_sdk.v2.DestinationConnector/ConfigurationForm
expect SERVING "$address" grpc.health.v1.Health/Check
kill -TERM $server
wait $server
echo "interop with grpcurl $version: fine"
