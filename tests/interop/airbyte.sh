#!/usr/bin/env bash
# Airbyte's own Python CDK reads what we print: the models of its protocol, and the way its connectors check configs.
# tests/interop/airbyte.sh <bigdust> <sandbox>
# The CDK downloads once, to build/interop/airbyte (INTEROP_OUTPUT names another place than build/interop).
set -euo pipefail
[[ $# -ge 2 ]] || { echo "usage: $0 <bigdust> <sandbox>" >&2; exit 2; }
BIGDUST=$(realpath "$1")
SANDBOX=$(realpath "$2")
export BIGDUST SANDBOX
here=$(cd "$(dirname "$0")" && pwd)
output=$(realpath -m "${INTEROP_OUTPUT:-$here/../../build/interop}/airbyte")
version=6.60.0
mkdir -p "$output"
if [[ ! -e $output/ready-$version ]]; then
  /usr/bin/python3 -m venv --clear "$output/venv" || { echo "python3-venv is missing" >&2; exit 1; }
  "$output/venv/bin/pip" install --quiet --disable-pip-version-check "airbyte-cdk==$version"
  touch "$output/ready-$version"
fi
"$output/venv/bin/python" -B "$here/airbyte_cdk_reads.py"
echo "interop with airbyte-cdk $version: fine"
