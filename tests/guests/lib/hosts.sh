# shellcheck shell=bash disable=SC2154
# A compute host: namespaces (network, mounts, name, processes) with a libvirtd of its own. Its power-off is SIGKILL to the init of its
# processes, which takes all of them at once. It reaches the control plane and Ceph, which listen on 127.0.0.1 of the machine, through a
# lead_in.py each; without the first the host is cut off, and its guests go on. Three cables: to the control plane (which is that relay, and a
# wire on which the controller finds the host's own address), to Ceph, to the tenants' wire.

# Two bridges in a network namespace: the tenants' wire, on which 10.77.0.254 asks the guests; and the one of the hosts' own addresses, on
# which 10.78.0.254 is the controller: the program runs there, where no network of this machine's answers in a host's place.
SWITCH=evg$PORT_BASE
letter_of() { local l; for l in A B C; do [ "$(host_of $l)" = "$1" ] && echo $l; done; }
netns_of() { echo "$SWITCH-$(letter_of "$1")"; }
plug_of() { echo "evg$(letter_of "$1")"; }
control_plug_of() { echo "evc$(letter_of "$1")"; }
control_ip_of() { case $(letter_of "$1") in A) echo 10.78.0.1 ;; B) echo 10.78.0.2 ;; C) echo 10.78.0.3 ;; esac; }
dir_of() { echo "$RUN/hosts/$1"; }
init_of() { cat "$(dir_of "$1")/init.pid" 2>/dev/null; }

host_is_on() { # host
  local pid start
  { read -r pid start <"$(dir_of "$1")/init.pid"; } 2>/dev/null && [ "$(start_of "$pid")" = "$start" ] && [ "$(stat_field "$pid" 3)" != Z ]
}

add_bridge() { # name mac address; with a mac that does not change when a host's cable comes or goes
  ip -n "$SWITCH" link add "$1" address "$2" type bridge forward_delay 0 stp_state 0
  ip -n "$SWITCH" addr add "$3" dev "$1"
  ip -n "$SWITCH" link set "$1" up
}

make_switch() {
  [ -e "/run/netns/$SWITCH" ] && return
  ip netns add "$SWITCH"
  ip -n "$SWITCH" link set lo up
  add_bridge wire 02:77:00:00:00:fe 10.77.0.254/24
  add_bridge control 02:78:00:00:00:fe 10.78.0.254/24
  # shellcheck disable=SC2046,SC2086
  start_daemon controller "$PY" "$GUESTS/python/lead_in.py" "/run/netns/$SWITCH" $CONTROL_PORTS $(ceph_ports)
}

write_libvirt_config() { # host directory
  local host=$1; shift
  mkdir -p "$1"/{etc/qemu,etc/nwfilter,run,lib/qemu,log,cache,luns,sbin,sbin.work}
  [ -s "$1/uuid" ] || cat /proc/sys/kernel/random/uuid >"$1/uuid"
  cat >"$1/etc/libvirtd.conf" <<C
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
auth_unix_rw = "none"
auth_unix_ro = "none"
listen_tls = 0
listen_tcp = 1
listen_addr = "$(control_ip_of "$host")"
auth_tcp = "none"
host_uuid = "$(cat "$1/uuid")"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
C
  cat >"$1/etc/qemu.conf" <<'C'
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
security_default_confined = 0
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
seccomp_sandbox = 0
C
  # mount -t nfs SERVER:/SHARE DIRECTORY: laid over the host's /usr/sbin; nova unmounts the share after its last user, and mounts it again
  cat >"$1/sbin/mount.nfs" <<N
#!/bin/sh
exec mount --bind "$RUN/shared/\${1#*:/}" "\$2"
N
  # neutron's agent lists rules against false ARP answers, which a port without port security has none of; many kernels have no ebtables
  printf '#!/bin/sh\n' >"$1/sbin/ebtables"
  chmod +x "$1"/sbin/*
}

add_cable() { # namespace plug bridge end: the plug in the bridge, the other end in the host
  ip link add "$2" netns "$SWITCH" type veth peer name "$4" netns "$1" || die "no cable for $1"
  ip -n "$SWITCH" link set "$2" master "$3"
  ip -n "$SWITCH" link set "$2" up
  ip -n "$1" link set "$4" up
}

plug_in() { # host: its cables to the tenants' wire and to the controller
  local ns
  ns=$(netns_of "$1")
  [ -e "/run/netns/$ns" ] && return
  ip netns add "$ns"
  ip -n "$ns" link set lo up
  add_cable "$ns" "$(plug_of "$1")" wire phys0
  add_cable "$ns" "$(control_plug_of "$1")" control control0
  ip -n "$ns" addr add "$(control_ip_of "$1")/24" dev control0
}

set_plug() { ip -n "$SWITCH" link set "$1" "$2" 2>/dev/null; } # plug up|down

heal() { # host: all of its cables
  # shellcheck disable=SC2046,SC2086
  start_daemon "relay-$1" "$PY" "$GUESTS/python/lead_in.py" "/run/netns/$(netns_of "$1")" $CONTROL_PORTS
  # shellcheck disable=SC2046
  start_daemon "storage-$1" "$PY" "$GUESTS/python/lead_in.py" "/run/netns/$(netns_of "$1")" $(ceph_ports | sed "s/$/@$(address_of "$1")/")
  set_plug "$(control_plug_of "$1")" up
  set_plug "$(plug_of "$1")" up
}
cut_off() { kill_daemon "relay-$1"; set_plug "$(control_plug_of "$1")" down; }
part() { cut_off "$1"; kill_daemon "storage-$1"; }
unplug() { part "$1"; set_plug "$(plug_of "$1")" down; }

power_on() { # host
  local d i pid="" unshared
  host_is_on "$1" && return
  d=$(dir_of "$1")
  make_switch
  write_libvirt_config "$1" "$d"
  plug_in "$1"
  heal "$1"
  rm -rf "$d/run" "$d/init.pid"
  mkdir -p "$d/run"
  setsid nsenter --net="/run/netns/$(netns_of "$1")" unshare -m -u -p -f --kill-child=KILL --mount-proc \
    bash "$GUESTS/host-init" "$1" "$d" "$RUN/luns" >>"$d/log/init.out" 2>&1 </dev/null 9>&- &
  unshared=$!
  disown
  for ((i = 0; i < 100; i++)); do
    read -r pid _ 2>/dev/null <"/proc/$unshared/task/$unshared/children" && break # its first child is the init
    sleep 0.1
  done
  [ -n "$pid" ] || die "no processes on $1: see $d/log/init.out"
  echo "$pid $(start_of "$pid")" >"$d/init.pid"
  wait_for 60 test -S "$d/run/libvirt-sock" || die "no libvirtd on $1: see $d/log"
  give_secret "$1"
}

on_host() { # host command...
  local pid; pid=$(init_of "$1"); pid=${pid%% *}; shift
  nsenter -t "$pid" -m -u -n -p -- "$@"
}

# Everything of it at once; and its cables, which a dead network card does not hold
power_off() { # host
  local pid name plug
  if host_is_on "$1"; then pid=$(init_of "$1"); kill -KILL "${pid%% *}"; fi
  for name in $(daemons_of_host "$1"); do kill_daemon "$name"; done
  part "$1"
  for plug in "$(plug_of "$1")" "$(control_plug_of "$1")"; do
    ip -n "$SWITCH" link del "$plug" 2>/dev/null # at once: the end of a namespace takes its time
  done
  ip netns del "$(netns_of "$1")" 2>/dev/null
  rm -f "$(dir_of "$1")/init.pid"
}

signal_host() { # host signal: every process of the host, from outside
  local ns init p
  init=$(init_of "$1")
  ns=$(readlink "/proc/${init%% *}/ns/pid")
  for p in /proc/[0-9]*; do
    [ "$(readlink "$p/ns/pid" 2>/dev/null)" != "$ns" ] || kill -"$2" "${p#/proc/}" 2>/dev/null
  done
  return 0
}

# A machine whose kernel hangs, or that a hypervisor has paused: it answers at its address no more, either
freeze() { signal_host "$1" STOP; set_plug "$(control_plug_of "$1")" down; }
thaw() { set_plug "$(control_plug_of "$1")" up; signal_host "$1" CONT; }

hosts_down() {
  local h
  for h in $HOSTS; do power_off "$h"; done
  ip netns del "$SWITCH" 2>/dev/null
}
