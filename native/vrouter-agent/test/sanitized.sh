#!/bin/sh
# Runs the lab (test/lab) with an agent that is watched by a sanitizer; needs root:
#   sanitized.sh address|thread [MODULE ...]
# "address" is AddressSanitizer and UndefinedBehaviorSanitizer; whatever they find is a fault, and the status is 1.
# "thread" is ThreadSanitizer, which does not see into DPDK, gRPC and OpenSSL: it takes what they order for races, such as that
# cores have ended when main() frees what they used. So its reports are for reading; those of the libraries alone are left out.
# The build is kept beside the others, and does not touch them. KEYWAY_STRESS_SECONDS makes test_stress longer.
set -eu
kind=${1:?address or thread}
shift
here=$(cd "$(dirname "$0")" && pwd)
work=${XDG_CACHE_HOME:-$HOME/.cache}/keyway/vrouter-agent-$kind
mkdir -p "$work"
# DPDK's own headers read what is not aligned, and keep parts of crypto operations behind arrays of length 0.
case $kind in
  address) sanitize=address,undefined flags='-fno-sanitize=alignment,bounds' ;;
  # With its rings in the words of C11, whose order the sanitizer understands.
  thread) sanitize=thread flags='-Wno-tsan -DRTE_USE_C11_MEM_MODEL' ;;
  *) echo "address or thread, not \"$kind\"" >&2; exit 2 ;;
esac
(
  flock 9
  [ -d "$work/build/meson-private" ] || meson setup "$work/build" "$here/.." -Db_sanitize=$sanitize -Db_lundef=false \
    -Dwerror=false -Dcpp_args="$flags -fno-omit-frame-pointer -U_FORTIFY_SOURCE"
  ninja -C "$work/build" -j "${KEYWAY_JOBS:-2}" keyway-vrouter-agent
) 9>"$work/lock" >"$work/build.log" 2>&1 || { echo "the build failed, see $work/build.log" >&2; exit 1; }
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
printf 'race:libgrpc\nrace:libgpr\nrace:libabsl\nrace:libprotobuf\nrace:libssl\nrace:libcrypto\nrace:stop_plane\nrace:__rte_ring_enqueue_elems\nrace:kw::Plane::~Plane\n' \
  >"$reports/known"
# What DPDK keeps to its end is no leak.
export ASAN_OPTIONS="detect_leaks=0:log_path=$reports/report" UBSAN_OPTIONS="print_stacktrace=1:log_path=$reports/report"
export TSAN_OPTIONS="exitcode=0:history_size=4:suppressions=$reports/known:log_path=$reports/report"
status=0
KEYWAY_VROUTER_AGENT=$work/build/keyway-vrouter-agent /usr/bin/python3 -B "$here/lab/runner.py" "$@" || status=1
found=$(cat "$reports"/report* 2>/dev/null || true)
if [ -n "$found" ]; then
  echo "$found" >&2
  [ "$kind" = thread ] || status=1
fi
exit $status
