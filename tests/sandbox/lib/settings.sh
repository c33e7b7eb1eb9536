# shellcheck shell=bash disable=SC2034
# Names, ports and paths of one sandbox. Everything listens on 127.0.0.1 only.

SANDBOX_BASE=${EVAC_SANDBOX:-${TMPDIR:-/tmp}/evac-manage-sandbox}
case $SANDBOX_BASE in /*) ;; *) SANDBOX_BASE=$PWD/$SANDBOX_BASE ;; esac
RUN=$SANDBOX_BASE/run
CACHE=${EVAC_SANDBOX_CACHE:-$SANDBOX_BASE/cache}
ETC=$RUN/etc
LOG=$RUN/log
PIDS=$RUN/pid

PORT_BASE=${EVAC_SANDBOX_PORT:-23000}
DB_PORT=$((PORT_BASE + 306))
EPMD_PORT=$((PORT_BASE + 369))
AMQP_PORT=$((PORT_BASE + 672))
AMQP_DIST_PORT=$((PORT_BASE + 673))
NOVA_PORT=$((PORT_BASE + 774))
CINDER_PORT=$((PORT_BASE + 776))
PLACEMENT_PORT=$((PORT_BASE + 778))
NEUTRON_PORT=$((PORT_BASE + 696))
GLANCE_PORT=$((PORT_BASE + 292))
KEYSTONE_PORT=$((PORT_BASE + 500))
RABBIT_NODE=evac$PORT_BASE@localhost

# '/' and '@' must be percent-encoded in a URL; the text is easy to look for in logs and command lines
DB_NOVA_PASS='s3cr3t/N0va@ss'
DB_CINDER_PASS='s3cr3t/C1nder@ss'
DB_NEUTRON_PASS='s3cr3t/N3utron@ss'
DB_KEYSTONE_PASS=s3cr3t-K3ystone     # keystone-manage 22 cannot take a '%' in its URL
DB_PLACEMENT_PASS=placement
DB_ADMIN_PASS=sandbox-admin
AMQP_USER=openstack
AMQP_PASS='s3cr3t:R@bbit'          # no '/': oslo.messaging 14 does not quote it for kombu
urlencode() { local s=$1; s=${s//\%/%25}; s=${s//\//%2F}; s=${s//@/%40}; s=${s//:/%3A}; printf %s "$s"; }

# with these names and this password the services ask keystone for tokens
SERVICE_USERS="nova cinder neutron placement glance"
SERVICE_PASS='s3cr3t%Serv1ce'
SERVICE_PROJECT_ID=5e5e5e5e5e5e4e5e9e5e5e5e5e5e0001
PROJECT_ID=0a0b0c0d0e0f40a0b0c0d0e0f0a0b0c0
CONTROLLER=sh03-ctl-01
HOST_A=sh03-compute-10e114e56e89   # the usual victim
HOST_B=sh03-compute-10e114e56e141
HOST_C=sh03-compute-10e114e57e12
HOSTS="$HOST_A $HOST_B $HOST_C"
BACKENDS="ceph nvme"               # every host has both
POOLS_OF_ceph="ceph, fast"
POOLS_OF_nvme="nvme"
DATABASES="nova_api nova_cell0 nova cinder placement neutron keystone"

STAND_INS="keystone glance neutron-server"       # without heartbeats of their own
CONTROL_DAEMONS="nova-conductor nova-scheduler cinder-api cinder-scheduler"
PATIENCE=${EVAC_SANDBOX_PATIENCE:-1}
PY=/usr/bin/python3                # Debian's own: it has nova and cinder
PACKAGES=/usr/lib/python3/dist-packages
PYTHONPATH=$HERE/python:$HERE/disks
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 SANDBOX_GLANCE_PORT=$GLANCE_PORT SANDBOX_NEUTRON_PORT=$NEUTRON_PORT \
  SANDBOX_TOKEN_SECRET=sandbox-$PORT_BASE SANDBOX_CINDER_PORT=$CINDER_PORT SANDBOX_NOVA_PORT=$NOVA_PORT \
  OS_NOVA_CONFIG_DIR=$ETC OS_NOVA_CONFIG_FILES="nova-paste.ini;nova.conf;nova-db.conf"
# cinder's RBD driver runs "ceph mon dump", of packages that are perhaps unpacked (tests/storage/ceph)
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${EVAC_CEPH_CACHE:-$HOME/.cache/evac-manage-ceph}/root/usr/bin LANG=C.UTF-8 LC_ALL=C.UTF-8
