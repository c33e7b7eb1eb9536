# shellcheck shell=bash disable=SC2154
# What the guests boot: Debian's cloud kernel and a busybox, unpacked and not installed, with guest/init. Kept in the cache.

image_stamp() {
  (cat "$GUESTS/guest/init" "$GUESTS/lib/image.sh"; apt-cache policy linux-image-cloud-amd64 busybox-static | grep Candidate) | sha256sum | cut -c 1-16
}

unpack_packages() { # directory
  local kernel deb
  kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '$1 == "Depends:" { print $2; exit }')
  [ -n "$kernel" ] || die "Debian's archive has no linux-image-cloud-amd64: apt-get update"
  mkdir -p "$1/debs" "$1/root"
  (cd "$1/debs" && apt-get -q download "$kernel" busybox-static) >"$1/log" 2>&1 || die "the guests' kernel: $(tail -n 1 "$1/log")"
  for deb in "$1"/debs/*.deb; do dpkg-deb -x "$deb" "$1/root"; done
}

# in the order in which they need each other; ext4 and packet sockets are built in
MODULES="drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci_modern_dev
  drivers/virtio/virtio_pci drivers/block/virtio_blk net/core/failover drivers/net/net_failover drivers/net/virtio_net
  drivers/scsi/scsi_common drivers/scsi/scsi_mod drivers/cdrom/cdrom drivers/ata/libata drivers/ata/ata_generic drivers/ata/ata_piix
  drivers/scsi/sr_mod fs/isofs/isofs"

pack_initrd() { # root-of-the-packages initrd
  local r module kernel
  r=$(mktemp -d)
  kernel=$(echo "$1"/lib/modules/*/kernel)
  mkdir -p "$r"/{bin,proc,sys,dev,modules}
  cp "$1/bin/busybox" "$r/bin/"
  ln -s busybox "$r/bin/sh"
  install -m 755 "$GUESTS/guest/init" "$r/init"
  for module in $MODULES; do
    [ -e "$kernel/$module.ko" ] || continue # built into another kernel, or not in it
    cp "$kernel/$module.ko" "$r/modules/"
    basename "$module" >>"$r/modules.order"
  done
  (cd "$r" && find . | "$1/bin/busybox" cpio -o -H newc 2>/dev/null | gzip -9) >"$2"
  rm -rf "$r"
}

# made beside it and renamed: a directory that is there is whole
make_image() {
  IMG=$CACHE/image-$(image_stamp)
  export GUESTS_IMAGE=$IMG
  [ -d "$IMG" ] && return
  local new
  mkdir -p "$CACHE"
  new=$(mktemp -d "$CACHE/new.XXXXXX")
  unpack_packages "$new"
  pack_initrd "$new/root" "$new/initrd.gz"
  cp "$new"/root/boot/vmlinuz-*-cloud-amd64 "$new/vmlinuz"
  truncate -s 16M "$new/disk.raw"
  rm -rf "$new/root" "$new/debs"
  mv -T "$new" "$IMG" 2>/dev/null || rm -rf "$new"
  say "the guests' kernel and disk made"
}
