# shellcheck shell=bash disable=SC2154
# A private Ceph (tests/storage/ceph) for volumes on RBD. Each host reaches it from an address of its own, which is what the OSD writes
# down of who has an image open and who holds its lock.

export EVAC_CEPH=$RUN/ceph EVAC_CEPH_PORT=$((PORT_BASE + 100)) RBD=${RBD:-$GUESTS/../../build/tests/storage/rbd}
CEPH_SECRET=c3f1a000-0000-4000-8000-$(printf '%012d' "$PORT_BASE")
address_of() { case $(letter_of "$1") in A) echo 127.0.1.1 ;; B) echo 127.0.1.2 ;; C) echo 127.0.1.3 ;; esac; }

ceph_up() {
  "$GUESTS/../storage/ceph" up >"$LOG/ceph.out" 2>&1 9>&- || die "the private Ceph: $(tail -n 1 "$LOG/ceph.out")"
}
ceph_down() { [ ! -d "$EVAC_CEPH" ] || "$GUESTS/../storage/ceph" down; }
# its monitor's two ports, and those that its OSD may have
ceph_ports() { seq "$EVAC_CEPH_PORT" $((EVAC_CEPH_PORT + 1)); seq $((EVAC_CEPH_PORT + 10)) $((EVAC_CEPH_PORT + 20)); }

# what nova's [libvirt] rbd_secret_uuid means on a compute
give_secret() { # host
  on_host "$1" virsh -q secret-define /dev/stdin <<X >/dev/null || die "no secret on $1"
<secret ephemeral='no' private='no'><uuid>$CEPH_SECRET</uuid><usage type='ceph'><name>client.cinder</name></usage></secret>
X
  "$GUESTS/../storage/ceph" key cinder | tr -d '\n' >"$(dir_of "$1")/key"
  chmod 600 "$(dir_of "$1")/key"
  on_host "$1" virsh -q secret-set-value "$CEPH_SECRET" --file "$(dir_of "$1")/key" >/dev/null || die "no secret on $1"
}
