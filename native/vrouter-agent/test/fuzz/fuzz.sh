#!/bin/sh
# Fuzzes the agent with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer:
#   fuzz.sh SECONDS [TARGET [CORPUS_DIRECTORY]]
# TARGET is packets (default), router (the whole data plane) or control (configuration and messages). New inputs go to
# CORPUS_DIRECTORY (default: the target's, beside this script).
# Needs clang with its run-time library (Debian: clang-14 libclang-rt-14-dev). Status 3: cannot run here.
set -eu
seconds=${1:?how many seconds}
target=${2:-packets}
here=$(cd "$(dirname "$0")" && pwd)
agent=$(cd "$here/../.." && pwd)
case $target in
  packets) corpus=$here/corpus ;;
  router | control) corpus=$here/corpus-$target ;;
  *) echo "there is no target \"$target\": packets, router or control" >&2; exit 2 ;;
esac
corpus=${3:-$corpus}
clang=$(command -v clang++ || command -v clang++-14) || { echo "clang++ is missing (clang-14 libclang-rt-14-dev)" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/new" "$work/objects" "$corpus"
cd "$agent"
flags="-std=c++17 -g -O1 -fno-strict-aliasing -fsanitize=address,undefined -fno-sanitize-recover=all -Isrc -Itest"
libraries=-lcrypto
most=2048
case $target in
  packets) sources="src/packet/*.cc src/base/address.cc src/spd/selector.cc" ;;
  router)
    sources="src/base/*.cc src/control/config.cc src/packet/*.cc src/route/*.cc src/sa/*.cc src/spd/*.cc src/dataplane/*.cc
      test/rig/rig.cc"
    # DPDK's own headers read what is not aligned, and keep parts of crypto operations behind arrays of length 0.
    flags="$flags -DALLOW_EXPERIMENTAL_API -fno-sanitize=alignment,bounds $(pkg-config --cflags libdpdk)"
    libraries="$libraries $(pkg-config --libs libdpdk) -lrte_net_ring"
    most=4096
    ;;
  control)
    sources="src/base/address.cc src/control/config.cc src/control/convert.cc src/sa/*.cc src/spd/*.cc $work/keyway/vrouter/v1/*.pb.cc"
    protoc -I ../../bundles/protocol-vrouter/src/main/proto --cpp_out="$work" keyway/vrouter/v1/vrouter.proto
    flags="$flags -I$work $(pkg-config --cflags protobuf)"
    libraries="$libraries $(pkg-config --libs protobuf)"
    ;;
esac
# shellcheck disable=SC2086
for source in $sources "test/fuzz/fuzz_$target.cc"; do
  "$clang" $flags -fsanitize=fuzzer-no-link -c "$source" -o "$work/objects/$(echo "$source" | tr / _).o"
done
# shellcheck disable=SC2086
"$clang" -fsanitize=fuzzer,address,undefined "$work"/objects/*.o $libraries -o "$work/fuzz"
cd "$work"
# What DPDK keeps to its end is no leak.
export ASAN_OPTIONS=detect_leaks=0
"$work/fuzz" -max_total_time="$seconds" -max_len="$most" -timeout=25 -rss_limit_mb=1024 -print_final_stats=1 -detect_leaks=0 \
  -artifact_prefix="${FINDINGS:-$here/}finding-" "$work/new" "$corpus"
"$work/fuzz" -merge=1 -max_len="$most" "$corpus" "$work/new"
