# shellcheck shell=bash disable=SC2154
# The sandbox's services, with what is real here in the place of its stand-ins; sourced behind its own files, whose functions these
# replace.

HOSTS=
for letter in ${GUESTS_HOSTS:-A B C}; do HOSTS+="${HOSTS:+ }$(host_of "$letter")"; done
BACKENDS="files luns rbd"
POOLS_OF_files=files POOLS_OF_luns=luns POOLS_OF_rbd=volumes
STAND_INS="keystone glance neutron-server"
# what a host may reach on 127.0.0.1 of the machine
CONTROL_PORTS="$DB_PORT $AMQP_PORT $PLACEMENT_PORT $GLANCE_PORT $CINDER_PORT $NEUTRON_PORT $NOVA_PORT $KEYSTONE_PORT"

daemons_of_host() { echo "nova-compute-$1 cinder-volume-$1 neutron-agent-$1"; }

eval "sandbox_$(declare -f write_configs)"
write_configs() {
  share_up
  sandbox_write_configs
  write_more_nova
  write_more_cinder
}

# behind the sandbox's nova.conf: the later file wins
write_more_nova() {
  local h
  cat >"$ETC/nova-guests.conf" <<C
[DEFAULT]
compute_driver = libvirt.LibvirtDriver
instances_path = $RUN/shared/instances
force_config_drive = true
reserved_host_memory_mb = 0
reserved_host_disk_mb = 0
sync_power_state_interval = 30
running_deleted_instance_action = reap
vif_plugging_timeout = ${GUESTS_VIF_TIMEOUT:-60}
[libvirt]
virt_type = qemu
cpu_mode = none
nfs_mount_point_base = \$state_path/mnt
rbd_user = cinder
rbd_secret_uuid = $CEPH_SECRET
[os_vif_linux_bridge]
use_ipv6 = false
C
  for h in $HOSTS; do printf '[DEFAULT]\nmy_ip = %s\n' "$(control_ip_of "$h")" >"$ETC/nova-guests-$h.conf"; done
}

write_more_cinder() {
  local backend
  : >"$ETC/cinder-guests.conf"
  for backend in $BACKENDS; do
    cat >>"$ETC/cinder-guests.conf" <<C
[$backend]
volume_driver = guests_cinder.GuestsDriver
sandbox_pool_dir = $RUN/shared/pool
guests_connection = $backend
guests_ceph = $EVAC_CEPH/ceph.conf
guests_ceph_port = $((EVAC_CEPH_PORT + 1))
guests_ceph_secret = $CEPH_SECRET
guests_hosts = $RUN/hosts
guests_luns = $RUN/luns
C
  done
}

start_glance() {
  start_daemon glance "$PY" "$GUESTS/python/glance_files.py" "$GLANCE_PORT" "$LOG/glance.jsonl" "$ETC/placement.conf" "$IMG"
}

start_on_host() { # host name program arguments...
  local host=$1 name=$2 pid; shift 2
  is_up "$name" && return
  power_on "$host"
  pid=$(init_of "$host"); pid=${pid%% *}
  start_daemon "$name" nsenter -t "$pid" -m -u -n -p -- "$PY" "$GUESTS/python/daemon.py" "$@" --log-file "$LOG/$name.log"
}
start_nova_compute() { # host
  start_on_host "$1" "nova-compute-$1" nova-compute --config-file "$ETC/nova.conf" --config-file "$ETC/nova-guests.conf" \
    --config-file "$ETC/nova-$1.conf" --config-file "$ETC/nova-guests-$1.conf"
}
start_cinder_volume() { # host
  start_on_host "$1" "cinder-volume-$1" cinder-volume --config-file "$ETC/cinder.conf" --config-file "$ETC/cinder-guests.conf" \
    --config-file "$ETC/cinder-$1.conf"
}

eval "sandbox_$(declare -f start_named)"
start_named() { # names: start, do not wait
  local name rest=()
  for name; do
    case $name in
      nova-compute-*) start_nova_compute "${name#nova-compute-}" ;;
      cinder-volume-*) start_cinder_volume "${name#cinder-volume-}" ;;
      *) rest+=("$name") ;;
    esac
  done
  [ ${#rest[@]} = 0 ] || sandbox_start_named "${rest[@]}"
}
