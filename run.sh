#!/usr/bin/env bash
# Builds bigdust when needed and becomes it: ./run.sh --port 50052, or Airbyte's ./run.sh spec|check|write …
# ./run.sh demo [--destination biggeo|dust-tables|dust-documents] [--keep]: see it work, without an account and without a
# network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh" >&2 </dev/null # stdin may hold a sync's messages
if [[ ${1:-} == demo ]]; then
  shift
  "$here/build.sh" deps >&2
  export BIGDUST=$here/build/Release/bigdust SANDBOX=$here/build/tools/sandbox BIGDUST_BUILD=$here/build/cmake
  exec /usr/bin/python3 -B "$here/tools/demo/demo.py" "$@"
fi
exec "$here/build/Release/bigdust" "$@"
