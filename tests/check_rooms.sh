#!/usr/bin/env bash
# Checks that includes follow the arrows between rooms: a room may include itself and what stands
# left of it. Also: which libraries' headers only one room may touch.
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0

# room: the rooms it may include
declare -A may=(
  [base]=""
  [settings]="base"
  [table]="base"
  [json]="base"
  [batch_file]="base table"
  [http]="base"
  [destinations]="base settings table json http"
  [destinations/biggeo]="base settings table json http destinations"
  [destinations/dust]="base settings table json http destinations"
  [destinations/dust/tables]="base settings table json http destinations destinations/dust"
  [destinations/dust/documents]="base settings table json http destinations destinations/dust"
  [delivery]="base settings table json http destinations"
  [rewrite]="base settings table json http destinations delivery"
  [rewrite/migrate]="base settings table json http destinations delivery rewrite"
  [frontends/fivetran]="base settings table json batch_file http destinations delivery rewrite rewrite/migrate"
  [frontends/airbyte]="base settings table json http destinations delivery rewrite"
)

# The files that choose between the rooms behind them.
declare -A chooser=(
  [src/destinations/registry.c]="destinations/biggeo destinations/dust"
  [src/destinations/dust/dust.c]="destinations/dust/tables destinations/dust/documents"
)

# src/*.c, main and its options, stand above all rooms.
for file in $(find src -mindepth 2 -name '*.[ch]' | sort); do
  room=$(dirname "${file#src/}")
  if [[ -z ${may[$room]+known} ]]; then
    echo "$file: room $room is not in tests/check_rooms.sh"; bad=1; continue
  fi
  while read -r include; do
    target=$(dirname "$include")
    [[ " $room ${may[$room]} ${chooser[$file]-} " == *" $target "* ]] && continue
    [[ $target == . && $room == frontends/fivetran ]] && continue # generated/
    echo "$file: a file of room $room includes \"$include\""; bad=1
  done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
done

# only <pattern> in <files> — everything else must not include it
only() {
  local header=$1 allowed=$2
  while read -r file; do
    [[ $file =~ $allowed ]] || { echo "$file: includes <$header>, which only $allowed may"; bad=1; }
  done < <(grep -lE "^#include <$header" -r src --include='*.[ch]' || true)
}
only 'curl/' '^src/http/http_client\.c$'
only 'grpc/' '^src/frontends/fivetran/grpc_[a-z_]*\.[ch]$'
only 'jansson' '^src/json/json_value\.c$'
only 'sqlite3' '^src/destinations/biggeo/catalogue_file\.h$'
only 'openssl/' '^src/(batch_file|destinations)/'
only 'zstd' '^src/batch_file/zstd_source\.c$'
only 'zlib' '^src/batch_file/gzip_source\.c$'
only 'protobuf-c' '^src/frontends/fivetran/'

# getenv belongs to main: nothing below it may behave differently under a test.
if grep -n 'getenv' -r src --include='*.[ch]' | grep -v '^src/main\.c:'; then
  echo "getenv outside src/main.c"; bad=1
fi
exit $bad
