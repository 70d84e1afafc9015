#!/usr/bin/env bash
# Builds bigdust when needed and becomes it: ./run.sh --port 50052
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/build.sh" >&2
exec "$here/build/Release/bigdust" "$@"
