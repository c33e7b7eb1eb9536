# shellcheck shell=bash disable=SC2154
# Disks beside the seeded rows: a private Ceph (tests/storage/ceph), cinder's RBD driver for the backend ceph, and guests' processes
# (sandbox_disks.py). Each host reaches Ceph through a cable of its own, from an address of its own.

export EVAC_CEPH=$RUN/ceph EVAC_CEPH_PORT=$((PORT_BASE + 100)) RBD=${RBD:-$HERE/../../build/tests/storage/rbd}
# as much shorter than Ceph's 30 s as service_down_time is shorter here than nova's 60 s
export EVAC_CEPH_WATCH=${EVAC_SANDBOX_WATCH:-6}
STORAGE=$HERE/../storage
CEPH_SECRET=c3f1a000-0000-4000-8000-$(printf '%012d' "$PORT_BASE")

have_disks() { [ -e "$RUN/disks.json" ]; }
disks() { "$PY" "$HERE/disks/sandbox_disks.py" "$@" 9>&-; }
wires() { local host; for host in $HOSTS; do echo "wire-$host"; done; }
number_of() { case $1 in "$HOST_A") echo 1 ;; "$HOST_B") echo 2 ;; *) echo 3 ;; esac; }
wire_port() { echo $((EVAC_CEPH_PORT + 1 + $(number_of "$1"))); }
storage_address() { echo "127.0.0.2$(number_of "$1")"; }
start_wire() { # host
  start_daemon "wire-$1" "$PY" "$STORAGE/wire.py" "$(wire_port "$1")" "$(storage_address "$1")"
}
# the daemons that are its guests
guests_of() { local file; for file in "$PIDS/guest-$1".*; do [ -e "$file" ] && echo "${file##*/}"; done; }

ceph_up() {
  [ -x "$RBD" ] || die "disks: $RBD is missing: make build/tests/storage/rbd"
  "$STORAGE/ceph" up >"$LOG/ceph.out" 2>&1 9>&- || die "the private Ceph: $(tail -n 1 "$LOG/ceph.out")"
}
write_disks() {
  local host hosts=""
  for host in $HOSTS; do hosts+=", \"$host\": {\"address\": \"$(storage_address "$host")\", \"wire\": $(wire_port "$host")}"; done
  printf '{"rbd": "%s", "conf": "%s", "secret": "%s", "hosts": {%s}}\n' "$RBD" "$EVAC_CEPH/ceph.conf" "$CEPH_SECRET" "${hosts#, }" \
    >"$RUN/disks.json"
}
cinder_volumes_up() { local host; for host in $HOSTS; do ! is_up "cinder-volume-$host" || echo "cinder-volume-$host"; done; }
restart_cinder_volumes() { # with another driver
  local names since; names=$(cinder_volumes_up) since=$(date +%s)
  write_configs
  [ -n "$names" ] || return 0
  # shellcheck disable=SC2086
  for_each_daemon kill_daemon $names
  # shellcheck disable=SC2086
  start_named $names
  # shellcheck disable=SC2086
  wait_started "$since" $names
}

seed_disks() {
  local host
  for host in $HOSTS; do start_wire "$host"; done
  for host in $HOSTS; do wait_port "$(wire_port "$host")" 10 "wire-$host"; done
  disks seed "$RUN/environment" || die "no disks: see $LOG/ceph.out"
}
disks_up() {
  ! have_disks || return 0
  is_up mariadb || die "disks need a running sandbox: sandbox up"
  ceph_up
  say "ceph up on port $EVAC_CEPH_PORT"
  write_disks
  restart_cinder_volumes
  seed_disks
  say "disks up"
}
# Of rows that were put back: nobody has them open, and every counter begins anew.
reset_disks() {
  have_disks || return 0
  # shellcheck disable=SC2046
  for_each_daemon kill_daemon $(wires)
  disks clear "$RUN" || die "the disks could not be cleared"
  seed_disks
}
kill_disks() { # what cmd_down does not find among the pids
  [ ! -d "$EVAC_CEPH" ] || "$STORAGE/ceph" kill
  rm -rf "$RUN/disks.json" "$EVAC_CEPH"
}
disks_down() {
  have_disks || return 0
  local file names=()
  for file in "$PIDS"/guest-* "$PIDS"/wire-*; do [ -e "$file" ] && names+=("${file##*/}"); done
  [ ${#names[@]} = 0 ] || for_each_daemon kill_daemon "${names[@]}"
  kill_disks
  restart_cinder_volumes
  say "disks down"
}
