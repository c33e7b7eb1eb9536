#!/bin/bash
# Install what building, checking and the sandbox need on Debian 12.
#   tests/deps.sh [build] [check] [sandbox] [disks] [browser] [analyze] [package] [tarball] [servers] [releases] [guests] [rehearsal]      (none: the first four)
# As root: installs what is missing. Otherwise prints the line to type, and exits 1 when there is one.
set -eu

BUILD="gcc make pkg-config libc6-dev libmariadb-dev librabbitmq-dev libjson-c-dev libssl-dev gettext"
CHECK="fence-agents openipmi ipmitool openssl libcmocka-dev valgrind libc6-dbg clang clang-format libclang-rt-14-dev mandoc shellcheck zsh fish
  iproute2 time python3-jsonschema python3-pyte lowdown"
# only the libraries of nova, cinder and placement: their service packages bring libvirt, qemu and questions
SANDBOX="mariadb-server-core mariadb-client-core galera-4 rabbitmq-server python3-nova python3-cinder python3-placement python3-neutron python3-keystone
  python3-fixtures python3-pymysql python3-amqp"
# a Ceph beside it: the clients' side alone, the servers are unpacked (tests/storage/ceph)
DISKS="librados2 librbd1 python3-rados python3-rbd python3-ceph-argparse python3-prettytable"
# the audit's page is looked at in it
BROWSER="chromium"
# make analyze alone
ANALYZE="clang-tidy cppcheck"
# make deb, rpm and check-packages alone
PACKAGE="debhelper dpkg-dev lintian man-db rpm cpio git systemd python3"

# make tarball alone
TARBALL="debootstrap dpkg-dev binutils git"
# make check-releases alone: on the machine, and in each root
RELEASES="debootstrap iproute2 git util-linux python3"
SCENARIO="make python3-jsonschema"

# make check-guests and demo-guests alone: a hypervisor; nothing of it is started by the packages
GUESTS="libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils qemu-block-extra python3-libvirt genisoimage iproute2 e2fsprogs"

# evac-rehearse reads what these write
REHEARSAL="mariadb-client mydumper zstd util-linux"

# make check-servers alone, which makes roots of other releases
SERVERS="debootstrap util-linux"

wanted=
[ $# -gt 0 ] || set -- build check sandbox browser
for group; do
  case $group in
    build) wanted+=" $BUILD" ;;
    check) wanted+=" $CHECK" ;;
    sandbox) wanted+=" $SANDBOX" ;;
    disks) wanted+=" $DISKS" ;;
    browser) wanted+=" $BROWSER" ;;
    analyze) wanted+=" $ANALYZE" ;;
    package) wanted+=" $PACKAGE" ;;
    servers) wanted+=" $SERVERS" ;;
    guests) wanted+=" $GUESTS" ;;
    rehearsal) wanted+=" $REHEARSAL" ;;
    tarball) wanted+=" $TARBALL" ;;
    releases) wanted+=" $RELEASES" ;;
    scenario) wanted+=" $SCENARIO" ;;
    *) echo "usage: tests/deps.sh [build] [check] [sandbox] [disks] [browser] [analyze] [package] [tarball] [servers] [releases] [guests] [rehearsal]" >&2; exit 2 ;;
  esac
done
# Debian 11 names its servers with their version
. /etc/os-release
[ "${VERSION_CODENAME:-}" != bullseye ] || wanted=$(sed -E 's/(mariadb-(server|client)-core)/\1-10.5/g' <<<"$wanted")

# shellcheck disable=SC2086
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
missing=
for package in $wanted; do
  case $'\n'$installed$'\n' in *$'\n'"$package"$'\n'*) ;; *) missing+=" $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "apt-get install --no-install-recommends$missing"
  exit 1
fi

# the packages must not start services of their own: the sandbox starts what it needs, on its own ports
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt-get -q -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086
apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends $missing
