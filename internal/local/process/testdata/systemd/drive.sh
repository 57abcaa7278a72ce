#!/bin/bash
# Starts each unit of UNITS under a systemd, SYSTEMD, of its own, waits until it has ended, and keeps in OUT what
# the witness and systemctl say. The test calls it as root of new namespaces, with a machine's root folder in ROOT.
set -eu

# Everything of systemd's lies in a control group of its own, which goes away afterwards.
enclose() {
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  own=/sys/fs/cgroup/photogallery-${OUT//[^[:alnum:]]/-}
  mkdir "$own"
  trap 'find "$own" -depth -type d -exec rmdir {} ";"' EXIT
  (
    echo 0 >"$own/cgroup.procs"
    exec unshare --mount --cgroup bash "$0" boot
  )
}

boot() {
  umount /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd/system /run/units
  mount -t tmpfs tmpfs /opt
  mkdir /opt/photogallery
  # Where a user's manager makes the folders of services: those of the system's, so that both say the same.
  mount -t tmpfs tmpfs /var/lib
  mount -t tmpfs tmpfs /var/cache
  mkdir /var/lib/log
  mount --bind "$ROOT/opt/photogallery" /opt/photogallery
  cp "$ROOT"/etc/systemd/system/* /run/units
  printf '[Unit]\n' | tee /run/units/basic.target >/run/units/shutdown.target
  cat >/run/units/drive.service <<UNIT
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
Environment="UNITS=$UNITS" OUT=$OUT XDG_RUNTIME_DIR=/run
ExecStart=/bin/bash $0 drive
StandardOutput=append:$OUT/driver.log
StandardError=append:$OUT/driver.log
UNIT
  env -i PATH="$PATH" HOME=/ XDG_RUNTIME_DIR=/run XDG_CACHE_HOME=/var/cache XDG_CONFIG_HOME=/var/lib XDG_STATE_HOME=/var/lib SYSTEMD_UNIT_PATH=/run/units \
    SYSTEMD_GENERATOR_PATH=/run/none SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/run/none \
    "$SYSTEMD" --user --unit=drive.service --log-target=console --log-level=warning
}

drive() {
  for unit in $UNITS; do
    systemctl --user start "$unit" || true
    until systemctl --user show -p ActiveState "$unit" | grep -qE '=(inactive|failed)'; do sleep 0.02; done
    touch /opt/photogallery/said
    sed 's#/var/lib/log/#/var/log/#g' /opt/photogallery/said >"$OUT/$unit.said"
    rm /opt/photogallery/said
    systemctl --user show -p NRestarts -p RestartUSec -p TimeoutStopUSec -p StartLimitBurst -p StartLimitIntervalUSec "$unit" >"$OUT/$unit.shown"
  done
  touch "$OUT/driven"
}

"${1:-enclose}"
