#!/bin/sh
# Builds a charon plugin outside of strongSwan's tree, against the sources of the strongSwan that Debian installed,
# and prints the path of the shared object. Nothing on the system changes: package lists, sources and results live
# in a cache directory that is keyed by version.
#
#   build.sh stub          the kernel stub of this directory
#   build.sh load-tester   strongSwan's own load-tester, which Debian does not package
#
# Exit status 3 with one line on stderr: it cannot be built here, and why.
set -eu

what=${1:-stub}
here=$(cd "$(dirname "$0")" && pwd)
cannot() {
  echo "charon plugin '$what' cannot be built: $*" >&2
  exit 3
}

for tool in apt-get dpkg-source dpkg-query gcc make flock sha256sum; do
  command -v "$tool" >/dev/null || cannot "$tool is missing (install gcc make libssl-dev dpkg-dev util-linux)"
done
installed=$(dpkg-query -W -f '${Version}' libstrongswan 2>/dev/null) ||
  cannot "libstrongswan is not installed (install strongswan-charon strongswan-swanctl)"
upstream=${installed%%-*}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/keyway/strongswan-$upstream
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

fetch_and_configure() {
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$codename" ] || cannot "/etc/os-release names no Debian release"
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -r "$keys" ] || cannot "$keys is missing (install debian-archive-keyring)"
  work=$cache/work
  rm -rf "$work"
  mkdir -p "$work/lists/partial" "$work/apt/archives/partial"
  # Only the main suite: the security suite lists sources whose files its mirror does not always carry.
  echo "deb-src [signed-by=$keys] ${KEYWAY_DEB_MIRROR:-http://deb.debian.org/debian} $codename main" >"$work/sources.list"
  options="-q -o Dir::Etc::sourcelist=$work/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$work/lists
    -o Dir::Cache=$work/apt -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2
    -o Acquire::http::Timeout=30"
  # shellcheck disable=SC2086
  (cd "$work" && apt-get $options update && apt-get $options source --download-only strongswan) >"$cache/fetch.log" 2>&1 ||
    cannot "apt-get source strongswan failed, see $cache/fetch.log"
  description=$(ls "$work"/strongswan_*.dsc)
  case $(basename "$description") in
  strongswan_"$upstream"-*) ;;
  *) cannot "the mirror has $(basename "$description"), but $installed is installed" ;;
  esac
  # apt-get checked the files against the signed index; the maintainer's own key need not be at hand.
  dpkg-source --no-check -x "$description" "$work/tree" >>"$cache/fetch.log" 2>&1 ||
    cannot "dpkg-source failed, see $cache/fetch.log"
  # --enable-mediation: Debian has it, and it changes the size of daemon_t and of ike_sa_t.
  (cd "$work/tree" && ./configure --disable-gmp --enable-openssl --enable-mediation --with-capabilities=no) \
    >"$cache/configure.log" 2>&1 || cannot "configure failed, see $cache/configure.log (install libssl-dev)"
  rm -rf "$cache/tree"
  mv "$work/tree" "$cache/tree"
  rm -rf "$work"
}

[ -f "$cache/tree/config.h" ] || fetch_and_configure
tree=$cache/tree
case $what in
stub)
  name=keyway-stub
  sources=$(ls "$here"/*.c)
  stamp=$(cat "$here"/*.c "$here"/*.h | sha256sum | cut -c1-16)
  warnings="-Wall -Wextra -Wno-unused-parameter -Werror"
  ;;
load-tester)
  name=load-tester
  # load_tester.c is the tool that talks to the plugin, with a main() of its own.
  sources=$(ls "$tree"/src/libcharon/plugins/load_tester/*.c | grep -v '/load_tester\.c$')
  stamp=$(echo "$sources" | sha256sum | cut -c1-16)
  # The build system would pass this; the tool that talks to the plugin looks in the same place.
  warnings="-w -DIPSEC_PIDDIR=\"/run\""
  ;;
*) cannot "this script knows stub and load-tester" ;;
esac
result=$cache/$name-$stamp/libstrongswan-$name.so
if [ ! -f "$result" ]; then
  mkdir -p "$(dirname "$result")"
  # shellcheck disable=SC2086
  gcc -shared -fPIC -O2 -g -std=gnu11 $warnings -DHAVE_CONFIG_H -include "$tree/config.h" \
    -isystem "$tree/src/libstrongswan" -isystem "$tree/src/libcharon" -o "$result.new" $sources \
    2>"$cache/gcc-$name.log" || cannot "gcc failed, see $cache/gcc-$name.log"
  mv "$result.new" "$result"
fi
echo "$result"
