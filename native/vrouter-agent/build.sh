#!/bin/sh
# Builds the agent and prints the path of the program. Nothing on the system changes: results live in a cache directory
# that is keyed by the sources.
#
#   build.sh            the agent
#   build.sh --tests    the agent, and its unit tests and the replay of its fuzz corpus, run; their output is kept in
#                       "tests.log" beside the program, a line "ok NAME" or "failed NAME: ..." for each unit test
#   build.sh --prepare  the agent and the programs of its tests, which are not run
#   build.sh --bench    the agent, and beside it what it is measured with (esp-loop, dpdk-meter)
#
# Exit status 3 with one line on stderr: it cannot be built here, and why. 1: a compiler or a test found a fault.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
proto=$here/../../bundles/protocol-vrouter/src/main/proto
cannot() {
  echo "the vRouter agent cannot be built: $*" >&2
  exit 3
}

packages="libdpdk-dev libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libssl-dev libjemalloc-dev meson ninja-build g++ pkg-config"
for tool in meson ninja g++ pkg-config protoc grpc_cpp_plugin flock sha256sum; do
  command -v "$tool" >/dev/null || cannot "$tool is missing (apt-get install $packages)"
done
for library in libdpdk grpc++ protobuf libcrypto; do
  pkg-config --exists "$library" || cannot "$library is missing (apt-get install $packages)"
done
pkg-config --atleast-version=22.11 libdpdk || cannot "DPDK $(pkg-config --modversion libdpdk) is older than 22.11"

stamp() {
  (find "$here/src" "$here/test" "$here/bench" "$proto" -type f ! -path '*/lab/*' -print0 | sort -z | xargs -0 cat
    cat "$here/meson.build" "$here/generate.sh"; pkg-config --modversion libdpdk grpc++) | sha256sum | cut -c1-16
}
stamp=$(stamp)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/keyway/vrouter-agent
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
result=$cache/$stamp
# One directory for all builds, so that a change costs what it changed.
work=$cache/build
# What is asked for, if it is not there yet: programs of the same sources share a directory.
build() {
  missing=
  for program; do [ -x "$result/$program" ] || missing="$missing $program"; done
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086
  if ! { [ -d "$work/meson-private" ] && meson setup --reconfigure "$work" "$here" || { rm -rf "$work" && meson setup "$work" "$here"; }; } \
    >"$cache/build.log" 2>&1 || ! ninja -C "$work" -j "${KEYWAY_JOBS:-2}" $missing >>"$cache/build.log" 2>&1; then
    grep -m 5 -E 'error|ERROR' "$cache/build.log" >&2 || true
    echo "the build of the vRouter agent failed, see $cache/build.log" >&2
    exit 1
  fi
  # Objects of before and after a change fit nothing, and are newer than both.
  if [ "$(stamp)" != "$stamp" ]; then
    rm -rf "$work"
    echo "the sources of the vRouter agent changed while it was built; build it again" >&2
    exit 1
  fi
  mkdir -p "$result"
  for program in $missing; do
    cp "$work/$program" "$result/$program.new"
    mv "$result/$program.new" "$result/$program"
  done
  # Of older results, the three newest stay.
  ls -dt "$cache"/*/ | grep -v '/build/$' | tail -n +4 | xargs -r rm -rf
}

build keyway-vrouter-agent
if [ "${1:-}" = --bench ]; then
  build esp-loop dpdk-meter
fi
tests="unit dataplane replay replay-control replay-router"
if [ "${1:-}" = --prepare ]; then
  # shellcheck disable=SC2086
  build $tests
fi
if [ "${1:-}" = --tests ]; then
  # shellcheck disable=SC2086
  build $tests
  status=0
  "$result/unit" >"$result/tests.log" 2>&1 || status=1
  "$result/dataplane" >>"$result/tests.log" 2>&1 || status=1
  for target in "" -control -router; do
    name=corpus_of_the_fuzz_target$(echo "$target" | tr - _)
    # What DPDK keeps to its end is no leak.
    if ASAN_OPTIONS=detect_leaks=0 "$result/replay$target" "$here/test/fuzz/corpus$target" >"$result/corpus.log" 2>&1; then
      echo "ok $name" >>"$result/tests.log"
    else
      echo "failed $name: $(tail -n 3 "$result/corpus.log" | tr '\n' ' ')" >>"$result/tests.log"
      status=1
    fi
  done
fi
echo "$result/keyway-vrouter-agent"
exit "${status:-0}"
