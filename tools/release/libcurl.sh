#!/usr/bin/env bash
# Makes <folder>/lib/libcurl.a, for HTTP and HTTPS alone, of Debian's source of libcurl4-openssl-dev: the archive in that
# package stands on Kerberos, of which Debian has no archive.
# tools/release/libcurl.sh <folder>
# Needs no root and leaves the machine's apt sources alone; apt checks the signatures of what it fetches.
set -euo pipefail
[[ $# -eq 1 ]] || { echo "usage: $0 <folder>" >&2; exit 2; }
folder=$(realpath -m "$1")
work=$folder/work
rm -rf "$folder"
mkdir -p "$work"/{sources,lists,cache,unpacked}

# The machine's apt sources, each with its source packages.
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ ! -e $file ]] || sed -nE 's/^deb[[:blank:]](.*)/deb \1\ndeb-src \1/p' "$file"
done >"$work/sources/machine.list"
for file in /etc/apt/sources.list.d/*.sources; do
  [[ ! -e $file ]] || { sed -E 's/^Types:.*/Types: deb deb-src/I' "$file"; echo; }
done >"$work/sources/machine.sources"

apt=(apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources"
  -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)"
  -o Acquire::Languages=none)
"${apt[@]}" update
(cd "$work/unpacked" && "${apt[@]}" source libcurl4-openssl-dev)

cmake -S "$work"/unpacked/curl-*/ -B "$work/cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_FLAGS="-fstack-protector-strong -D_FORTIFY_SOURCE=2" -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
  -DCMAKE_INSTALL_PREFIX="$folder" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF \
  -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON \
  -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_DISABLE_NETRC=ON -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF \
  -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF -DUSE_LIBIDN2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_LIBSSH2=OFF
cmake --build "$work/cmake"
cmake --install "$work/cmake"
rm -r "$work"
