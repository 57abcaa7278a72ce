#!/bin/bash
# Makes the disk of a machine that stands in for Amazon Linux: root.img, and vmlinuz and initrd beside it.
# Needs root, mmdebstrap and e2fsprogs.  Usage: rootfs.sh FOLDER SITE-PACKAGES
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 site=$2 work=$(mktemp -d)
tree=$work/tree
trap 'rm -rf "$work"' EXIT

packages=systemd,systemd-sysv,udev,dbus,libpam-systemd,cloud-init,linux-image-cloud-amd64,initramfs-tools,zstd
packages+=,iproute2,isc-dhcp-client,curl,python3,openssh-server,logrotate,procps,sudo

# What a virtual machine has, and no more: the kernel unpacks all that is here.
initramfs() {
  printf 'mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list >"$1/etc/initramfs-tools/conf.d/boot"; '
  printf 'printf "%%s\\n" virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules"'
}

# Debian's own AWS CLI is too old for conditional writes: it is that of requirements.txt.
stand_in() {
  local root=$tree
  mkdir "$root/usr/local/lib/aws"
  cp -a --no-preserve=ownership "$here/files/." "$root/"
  for module in awscli botocore s3transfer jmespath dateutil urllib3 docutils rsa pyasn1 colorama yaml six.py; do
    cp -r "$site/$module" "$root/usr/local/lib/aws/"
  done
  cp -r "$site/pip" "$root/usr/local/lib/pip"
  find "$root/usr/local" -name __pycache__ -prune -exec rm -rf {} +
  chroot "$root" python3 -m compileall -q /usr/local/lib
  chroot "$root" systemctl --quiet enable systemd-networkd
  # Units of Debian's that would work while the tests measure, and those that load drivers of which no machine has a device.
  for unit in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer e2scrub_reap.service systemd-binfmt.service \
    modprobe@{configfs,dm_mod,drm,efi_pstore,fuse,loop}.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
  rm -f "$root/etc/resolv.conf" "$root"/etc/ssh/ssh_host_* "$root/etc/hostname"
  : >"$root/etc/machine-id"
  mkdir -p "$root/var/log/journal"
}

mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Languages "none"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --essential-hook="$(initramfs)" --include="$packages" bookworm "$tree"
stand_in
cp "$tree"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$tree"/boot/initrd.img-* "$folder/initrd"
rm -rf "$tree"/boot/* "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*
truncate -s 2G "$folder/root.img"
mkfs.ext4 -q -F -d "$tree" "$folder/root.img"
chmod 0644 "$folder"/*
