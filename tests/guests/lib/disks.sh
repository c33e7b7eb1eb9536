# shellcheck shell=bash disable=SC2154
# What the hosts share: a file system of its own, as an NFS share is one (nova asks whether a directory is a mount). The locks of one
# host's qemu on a file reach the other's; on a block device each (python/guests_cinder.py) they do not.

share_up() {
  mountpoint -q "$RUN/shared" && return
  mkdir -p "$RUN/shared" "$RUN/luns"
  [ -e "$RUN/shared.img" ] || { truncate -s 4G "$RUN/shared.img" && mkfs.ext4 -q -F "$RUN/shared.img"; }
  mount -o loop "$RUN/shared.img" "$RUN/shared" || die "cannot mount $RUN/shared.img"
  mkdir -p "$RUN"/shared/{pool,instances}
}

# loops before the file system on whose files they are
share_down() {
  local device i
  for device in $(losetup -n -O NAME,BACK-FILE -l | awk -v d="$RUN/shared/" 'index($2, d) == 1 { print $1 }'); do losetup -d "$device"; done
  for ((i = 0; i < 20; i++)); do
    mountpoint -q "$RUN/shared" || return 0
    umount "$RUN/shared" 2>/dev/null
    sleep 0.3
  done
  die "$RUN/shared is still in use"
}
