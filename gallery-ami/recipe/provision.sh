#!/bin/bash
# Installs the unpacked bundle in FOLDER, checks that it serves, and removes what an image must
# not hold; with --keep it does not remove, with --clean it only removes.
# Usage: provision.sh FOLDER [--keep] | --clean
#
# The bundle has an install.sh, which installs into $INSTALL_DIR, and one unit, *.service, whose
# service listens on $HOST:$PORT and answers $HEALTH_PATH, else /.  With ROOT set everything happens below that folder.
set -Eeuo pipefail
trap 'status=$?; echo "provision.sh: line $LINENO: \"$BASH_COMMAND\" ended with status $status" >&2' ERR

fail() { echo "provision.sh: $*" >&2; exit 1; }

bundle=${1:?give the folder of the unpacked bundle}
root=${ROOT:-}
unit=photogallery.service
settings=$root/etc/photogallery/environment
export INSTALL_DIR=$root/opt/photogallery

# Below, host keys and logs are deleted: never those of somebody's own machine.
if [ -z "$root" ]; then
  case $(cat /sys/devices/virtual/dmi/id/board_asset_tag 2>/dev/null || true) in
    i-*) ;;
    *) fail "this machine is no EC2 instance; set ROOT to the folder to provision" ;;
  esac
fi

shopt -s nullglob

# What distinguishes a machine, what lets somebody in, and what was said and done during the build. EC2 Image
# Builder and systemd have lists of their own; a test names each line of theirs that is not here, and why.
# https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-best-practices.html#post-build-cleanup
# https://systemd.io/BUILDING_IMAGES/
unwanted() {
  cat <<'UNWANTED'
var/lib/cloud/*
etc/sudoers.d/90-cloud-init-users
etc/hostname
etc/machine-info
etc/ssh/ssh_host_*
var/lib/dbus/machine-id
var/lib/systemd/random-seed
var/lib/systemd/credential.secret
boot/efi/loader/random-seed
boot/loader/random-seed
efi/loader/random-seed
var/lib/dhclient/*
root/.ssh
home/*/.ssh
root/.*_history
home/*/.*_history
root/.lesshst
home/*/.lesshst
root/.viminfo
home/*/.viminfo
var/log/journal/*
var/lib/rsyslog/imjournal.state
var/cache/dnf
var/cache/yum
tmp/*
var/tmp/*
UNWANTED
}

clean() {
  # The journal goes on in memory alone.
  # https://www.freedesktop.org/software/systemd/man/latest/journalctl.html#--relinquish-var
  [ -n "$root" ] || timeout 10 journalctl --relinquish-var || true
  shopt -s dotglob
  local pattern status=0
  # What cannot be removed keeps nothing else in the image.
  while read -r pattern; do
    rm -rf "$root"/$pattern || status=$?
  done < <(unwanted)
  # The folders stay: services that log want theirs.
  find "$root/var/log" -type f -delete 2>/dev/null || true
  # systemd fills an empty machine-id at the next boot; "uninitialized" would also reset which units are enabled.
  # https://www.freedesktop.org/software/systemd/man/latest/machine-id.html
  install -m 0444 /dev/null "$root/etc/machine-id" || status=$?
  return "$status"
}

if [ "$bundle" = --clean ]; then
  clean
  exit
fi

units=("$bundle"/*.service)
[ -f "$bundle/install.sh" ] || fail "the bundle has no install.sh"
[ ${#units[@]} -eq 1 ] || fail "the bundle has ${#units[@]} *.service files; give it one"

echo "installing"
install -d -m 0755 "$INSTALL_DIR" "$root/etc/photogallery" "$root/etc/systemd/system/$unit.d"
(cd "$bundle" && bash install.sh)
install -m 0644 "${units[0]}" "$root/etc/systemd/system/$unit"
# An instance boots without settings, gets them from its user data and is started then.
cat >"$root/etc/systemd/system/$unit.d/settings.conf" <<'DROPIN'
[Unit]
ConditionPathExists=/etc/photogallery/environment
[Service]
EnvironmentFile=/etc/photogallery/environment
DROPIN

# Beside the check: the hashes of the bundle's files, of which sbom.py makes the software bill of materials.
if [ -n "${SBOM_FILES:-}" ]; then
  (cd "$bundle" && find . -type f -print0 | xargs -0 sha256sum --zero >"$SBOM_FILES") &
  hashing=$!
fi

# The builder's role reaches no photos: the check runs on storage of its own.
printf '%s\n' "HOST=${HOST:-0.0.0.0}" "PORT=${PORT:-80}" 'PHOTOS=mem://' 'RELEASE=build' >"$settings"
systemctl daemon-reload
systemctl enable "$unit"
began=${EPOCHREALTIME:-$SECONDS.000000}
systemctl restart "$unit"

address=http://${CHECK_HOST:-localhost}:${PORT:-80}${HEALTH_PATH:-/}
echo "waiting for $address"
deadline=$((SECONDS + ${CHECK_SECONDS:-60}))
refusals=0
give_up() {
  systemctl status --no-pager --output=cat --lines=8 "$unit" || true
  fail "$1"
}
while true; do
  unheard=0
  answer=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "$address") || unheard=$?
  [ "$answer" != 200 ] || break
  # 503 is what a service answers that is not ready yet. No other answer becomes 200 by waiting.
  case $answer in
    000 | 503) refusals=0 ;;
    *) refusals=$((refusals + 1)) ;;
  esac
  [ "$refusals" -lt 15 ] || give_up "$address answers $answer, not 200: let that path answer by itself, without a redirect or a sign-in, or name another HealthPath in the unit"
  said="$address answers ${answer/#000/nothing}"
  # curl's status for a connection that is refused.
  [ "$unheard" != 7 ] || said="nothing listens on \$HOST:\$PORT, which is ${HOST:-0.0.0.0}:${PORT:-80}"
  case $(systemctl show --property=ActiveState,NRestarts "$unit" || true) in
    *ActiveState=failed* | *ActiveState=inactive*) give_up "the service has ended and is not started again; $said" ;;
    *NRestarts=[3-9]* | *NRestarts=[12][0-9]*) give_up "the service ends each time it is started; $said" ;;
  esac
  [ "$SECONDS" -lt "$deadline" ] || give_up "$said after ${CHECK_SECONDS:-60} seconds, and ${HEALTH_PATH:-/} is to answer 200: let the service listen there and answer sooner, or raise StartupTime in the unit"
  sleep 0.2
done
ended=${EPOCHREALTIME:-$SECONDS.000000}
# How long an instance of one machine is waited for. On AWS its grace period is five times what a build allows.
milliseconds=$(((${ended/[^0-9]/} - ${began/[^0-9]/}) / 1000))
echo "it answers after $milliseconds ms"
printf '%s\n' "$milliseconds" >"$root/etc/photogallery/start-milliseconds"
systemctl stop "$unit"

# An image without it is as good.
[ -z "${hashing:-}" ] || wait "$hashing" || rm -f "$SBOM_FILES"
rm -f "$settings"
[ "${2:-}" != --keep ] || exit 0
echo "cleaning"
clean
