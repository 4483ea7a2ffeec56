#!/bin/sh
# Installs the agent, its systemd unit and an example of its configuration.
#
#   install.sh [--prefix /usr] [--destdir DIRECTORY]
#
# Without --destdir it installs to this machine: as root, it makes the users' groups and tells systemd. With it, it only
# copies, for packagers. A configuration that is there stays as it is. Building is build.sh's work; its packages are named
# when they are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr destdir=''
while [ $# -gt 0 ]; do
  case "$1 ${2:+value}" in
    "--prefix value") prefix=$2 ;;
    "--destdir value") destdir=$2 ;;
    *)
      echo "install.sh: write: install.sh [--prefix DIRECTORY] [--destdir DIRECTORY], not \"$1\"" >&2
      exit 2
      ;;
  esac
  shift 2
done
case "$prefix" in /*) ;; *) echo "install.sh: the prefix is an absolute path, not \"$prefix\"" >&2; exit 2 ;; esac
if [ -z "$destdir" ] && [ "$(id -u)" != 0 ]; then
  echo "install.sh: only root installs to this machine; --destdir DIRECTORY copies to a place of yours" >&2
  exit 1
fi

program=${KEYWAY_VROUTER_AGENT:-$("$here/../build.sh")}
to=$destdir$prefix
install -D -m 0755 "$program" "$to/bin/keyway-vrouter-agent"
install -D -m 0755 "$here/wait-for-hugepages" "$to/libexec/keyway/wait-for-hugepages"
install -D -m 0644 "$here/../../../docs/vrouter-agent.md" "$to/share/doc/keyway-vrouter-agent/vrouter-agent.md"
install -D -m 0644 "$here/vrouter.conf" "$to/share/doc/keyway-vrouter-agent/vrouter.conf"
unit=$destdir/etc/systemd/system/keyway-vrouter-agent.service
[ "$prefix" != /usr ] || unit=$destdir/usr/lib/systemd/system/keyway-vrouter-agent.service
install -d "$(dirname "$unit")"
sed "s|/usr/bin/|$prefix/bin/|; s|/usr/libexec/|$prefix/libexec/|; s|/usr/share/|$prefix/share/|" \
  "$here/keyway-vrouter-agent.service" >"$unit"
chmod 0644 "$unit"
install -d -m 0755 "$destdir/etc/keyway"
if [ -z "$destdir" ]; then
  for group in keyway keyway-vrouter; do
    getent group "$group" >/dev/null || groupadd --system "$group"
  done
  getent passwd keyway-vrouter >/dev/null || useradd --system --gid keyway-vrouter --no-create-home \
    --home-dir /nonexistent --shell /usr/sbin/nologin keyway-vrouter
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
fi
echo "Installed $to/bin/keyway-vrouter-agent and $unit."
if [ ! -e "$destdir/etc/keyway/vrouter.conf" ]; then
  echo "Next: write /etc/keyway/vrouter.conf (readable by the group keyway-vrouter; an example is in" \
    "$prefix/share/doc/keyway-vrouter-agent), then systemctl enable --now keyway-vrouter-agent."
fi
