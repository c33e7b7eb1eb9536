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

# The block devices first: they hold the file system on whose files they are. Each host has links to its own; the name of the file that
# losetup shows is the one in that host's mounts.
share_down() {
  local link i
  for link in "$RUN"/hosts/*/luns/*; do [ ! -L "$link" ] || losetup -d "$(readlink "$link")" 2>/dev/null; done
  for ((i = 0; i < 20; i++)); do
    mountpoint -q "$RUN/shared" || return 0
    umount "$RUN/shared" 2>/dev/null
    sleep 0.3
  done
  die "$RUN/shared is still in use"
}
