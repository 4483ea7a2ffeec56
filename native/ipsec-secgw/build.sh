#!/bin/sh
# Builds DPDK's example gateway "ipsec-secgw" from Debian's package dpdk-doc and prints the path of the program. It is the
# reference beside which the agent is measured, and a peer of its tests. None of its source is kept here.
#
# The sources are taken from where the package puts them, or the package is fetched (not installed) into the cache
# directory. KEYWAY_DPDK_EXAMPLES names another directory that holds "ipsec-secgw" and "common".
#
# Exit status 3 with one line on stderr: it cannot be built here, and why. 1: the compiler failed.
set -eu

version=1 # of what is changed below
cannot() {
  echo "ipsec-secgw cannot be built: $*" >&2
  exit 3
}

packages="libdpdk-dev dpdk-doc gcc libc6-dev make pkg-config"
for tool in cc make pkg-config flock sha256sum; do
  command -v "$tool" >/dev/null || cannot "$tool is missing (apt-get install $packages)"
done
pkg-config --exists libdpdk || cannot "libdpdk is missing (apt-get install $packages)"
dpdk=$(pkg-config --modversion libdpdk)

cache=${XDG_CACHE_HOME:-$HOME/.cache}/keyway/ipsec-secgw
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

examples=${KEYWAY_DPDK_EXAMPLES:-/usr/share/dpdk/examples}
if [ ! -f "$examples/ipsec-secgw/ipsec-secgw.c" ]; then
  [ -z "${KEYWAY_DPDK_EXAMPLES:-}" ] || cannot "$examples/ipsec-secgw holds no ipsec-secgw.c"
  examples=$cache/package-$dpdk/usr/share/dpdk/examples
  if [ ! -f "$examples/ipsec-secgw/ipsec-secgw.c" ]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null \
      || cannot "its sources are missing, and this is not Debian; set KEYWAY_DPDK_EXAMPLES to the examples of DPDK $dpdk"
    fetch=$cache/fetch
    rm -rf "$fetch" "$cache/package-$dpdk"
    mkdir -p "$fetch"
    (cd "$fetch" && apt-get -q download dpdk-doc) >"$cache/fetch.log" 2>&1 && dpkg-deb -x "$fetch"/dpdk-doc_*.deb "$fetch/x" \
      || cannot "its sources are missing and could not be fetched (apt-get install dpdk-doc; $cache/fetch.log)"
    mkdir -p "$cache/package-$dpdk/usr/share/dpdk/examples"
    for part in ipsec-secgw common; do
      if [ -d "$fetch/x/usr/share/dpdk/examples/$part" ]; then cp -r "$fetch/x/usr/share/dpdk/examples/$part" "$examples/"; fi
    done
    rm -rf "$fetch"
    [ -f "$examples/ipsec-secgw/ipsec-secgw.c" ] || cannot "the package dpdk-doc does not hold its sources"
  fi
fi

stamp=$( (find "$examples/ipsec-secgw" -name '*.[ch]' -print0 | sort -z | xargs -0 cat
  echo "$version $dpdk"; cc --version) | sha256sum | cut -c1-16)
result=$cache/$stamp
if [ ! -x "$result/ipsec-secgw" ]; then
  work=$cache/build
  rm -rf "$work"
  mkdir -p "$work"
  cp -r "$examples/ipsec-secgw" "$work/"
  if [ -d "$examples/common" ]; then cp -r "$examples/common" "$work/"; fi
  # It insists on ports that verify checksums, which virtual ones do not; the software below does without.
  wanted='\.offloads = RTE_ETH_RX_OFFLOAD_CHECKSUM,'
  [ "$(grep -c "$wanted" "$work/ipsec-secgw/ipsec-secgw.c")" = 1 ] \
    || cannot "the sources of DPDK $dpdk are not what is known here: no single line \"$wanted\""
  sed -i "s/$wanted/.offloads = 0,/" "$work/ipsec-secgw/ipsec-secgw.c"
  if ! make -C "$work/ipsec-secgw" shared >"$cache/build.log" 2>&1; then
    grep -m 5 -E 'error|Error' "$cache/build.log" >&2 || true
    echo "the build of ipsec-secgw failed, see $cache/build.log" >&2
    exit 1
  fi
  mkdir -p "$result.new"
  cp "$work/ipsec-secgw/build/ipsec-secgw-shared" "$result.new/ipsec-secgw"
  rm -rf "$result" "$work"
  mv "$result.new" "$result"
  ls -dt "$cache"/*/ | grep -v '/package-' | tail -n +3 | xargs -r rm -rf
fi
echo "$result/ipsec-secgw"
