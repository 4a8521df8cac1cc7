#!/usr/bin/env bash
# install.sh PACKAGE... installs Debian packages, through sudo when not root.
# A server among them is neither started now nor at the next boot: the tests start their own.
set -euo pipefail
source tools/dev/common.sh

by_hand="install these yourself, as root: apt-get install --no-install-recommends $*"
command -v apt-get >/dev/null || fail "this is not a Debian system; $by_hand"
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "packages are missing and there is no sudo; $by_hand"
    as_root=(sudo "${as_root[@]}")
fi

mkdir -p build
log=build/apt.log
apt() {
    "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" >>$log 2>&1 && return
    tail -n 20 $log >&2
    fail "apt-get $1 failed, see above and $log. Gangway needs the packages of Debian 12 (bookworm) and a way to its mirror"
}

# Maintainer scripts ask this program before they start a service (deb-systemd-invoke(1), invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap '"${as_root[@]}" rm -f $policy' EXIT
    printf '#!/bin/sh\n# made by ./dev for the time of one apt-get install\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
fi

say "install $# packages (details in $log): $*"
apt update
apt install -y --no-install-recommends "$@"

for package in "$@"; do
    case $package in
        openssh-server) "${as_root[@]}" update-rc.d ssh disable ;;
        proftpd-core) "${as_root[@]}" update-rc.d proftpd disable ;;
    esac
done
