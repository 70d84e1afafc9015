#!/usr/bin/env bash
# Sets up, builds and tests bigdust on Debian 12.
#   ./build.sh          installs what is missing, builds build/Release/bigdust and build/tools/
#   ./build.sh test     the same, then builds and runs every test
#   ./build.sh release  build/Release/bigdust as one self-contained executable: static, stripped
#   ./build.sh deps     only installs what the first two need; deps-release: what the third needs;
#                       deps-checks: what .ci/run needs besides
# build/Release/bigdust is the one that was built last. CC=clang ./build.sh builds with clang. Further
# words after `test` go to ctest: ./build.sh test -R unit
set -euo pipefail
cd "$(dirname "$0")"

build_packages=(gcc libc6-dev cmake ninja-build pkg-config ca-certificates
  libgrpc-dev grpc-proto protobuf-compiler libprotobuf-dev protobuf-c-compiler libprotobuf-c-dev
  libcurl4-openssl-dev libssl-dev libzstd-dev zlib1g-dev libjansson-dev libsqlite3-dev
  libmicrohttpd-dev check libsubunit-dev)
test_packages=(python3 python3-grpcio python3-protobuf python3-pytest python3-zstandard
  python3-cryptography python3-requests openssl zstd)
release_packages=(binutils dpkg-dev g++) # dpkg-dev unpacks libcurl's source, g++ has the archive of gRPC's C++
check_packages=(clang clang-format clang-tidy libclang-rt-14-dev shellcheck python3-venv)

[[ ${CC:-} != clang* ]] || build_packages+=("$CC")

command -v mvn >/dev/null || check_packages+=(maven default-jdk-headless)
command -v go >/dev/null || check_packages+=(golang-go)

# Installs those of the named Debian packages that are missing, and says which.
install_missing() {
  local missing=() package sudo=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || {
      echo "build.sh: these Debian packages are missing, and neither root nor sudo is at hand:" >&2
      echo "  apt-get install ${missing[*]}" >&2
      exit 1
    }
    sudo=(sudo)
  fi
  echo "build.sh: installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
}

# build <targets…>: configures build/cmake and builds.
build() {
  local compiler
  compiler=$(command -v "${CC:-cc}")
  # CMake forgets where the products belong when its compiler changes: begin anew.
  [[ ! -e build/cmake/CMakeCache.txt ]] || grep -q "^CMAKE_C_COMPILER:.*=$compiler\$" build/cmake/CMakeCache.txt ||
    rm -rf build/cmake
  cmake -S . -B build/cmake -G Ninja -DCMAKE_BUILD_TYPE=Release -DBIGDUST_OUTPUT="$PWD/build" \
    ${CC:+-DCMAKE_C_COMPILER="$CC"} >build/configure.log || { cat build/configure.log; exit 1; }
  cmake --build build/cmake --target "$@"
}

# The released executable. The one with symbols stays in build/static/out/Release; CC=clang's in build/static-clang.
build_release() {
  local libcurl=build/libcurl ready
  local cmake=build/static${CC:+-${CC##*/}} # a folder each: CMake forgets STATIC when its compiler changes
  ready=$libcurl/ready-$(dpkg-query -W -f='${Version}' libcurl4-openssl-dev)
  if [[ ! -e $ready ]]; then
    echo "build.sh: building libcurl of Debian's source"
    tools/release/libcurl.sh $libcurl >build/libcurl.log 2>&1 || { cat build/libcurl.log; exit 1; }
    touch "$ready"
  fi
  cmake -S . -B "$cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTATIC=ON \
    -DCMAKE_PREFIX_PATH="$PWD/$libcurl" ${CC:+-DCMAKE_C_COMPILER="$CC"} >build/configure.log ||
    { cat build/configure.log; exit 1; }
  cmake --build "$cmake" --target bigdust
  rm -rf build/Release
  mkdir build/Release
  strip -o build/Release/bigdust "$cmake/out/Release/bigdust"
  touch -d @1 build/Release/bigdust # older than any source: ./build.sh then makes its own again
}

mkdir -p build
case ${1:-} in
  "") install_missing "${build_packages[@]}" && build bigdust sandbox tester ;;
  deps) install_missing "${build_packages[@]}" "${test_packages[@]}" ;;
  deps-release) install_missing "${build_packages[@]}" "${release_packages[@]}" ;;
  deps-checks) install_missing "${check_packages[@]}" ;;
  test)
    shift
    install_missing "${build_packages[@]}" "${test_packages[@]}"
    build all
    ctest --test-dir build/cmake --output-on-failure -j "$((2 * $(nproc)))" "$@"
    ;;
  release)
    install_missing "${build_packages[@]}" "${release_packages[@]}"
    build_release
    ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
