#!/bin/bash
# Runs a command once on an instance of a release's image, as the release's service would: with its
# user, folders, settings and secrets. Keeps the end of its output and its status, and reports it.
set -euo pipefail

bucket={{shell .Bucket}}
command_key={{shell .Command}}
output_key={{shell .Output}}
region={{shell .Region}}
release={{shell .Release}}
source={{shell .Source}}
seconds={{shell .Seconds}}
most={{shell .Most}}
work=/run/photogallery
unit=/run/systemd/system/photogallery-run.service

install -d -m 0700 "$work"
metadata=http://169.254.169.254/latest
token=$(curl -sSf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token")
instance=$(curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/instance-id")

# A runner that everybody forgot ends itself; anything but this EC2 instance is left alone.
if [ "$(cat /sys/devices/virtual/dmi/id/board_asset_tag 2>/dev/null)" = "$instance" ]; then
  shutdown -h +45 || true
fi

# The image's service starts at boot. It must not serve while the command runs.
systemctl stop photogallery.service

report() {
  local detail entries pause refused
  detail="{\\\"instance\\\":\\\"$instance\\\",\\\"release\\\":\\\"$release\\\",\\\"status\\\":\\\"$1\\\",\\\"reason\\\":\\\"$2\\\"}"
  entries="[{\"Source\":\"$source\",\"DetailType\":\"Build Result\",\"Detail\":\"$detail\"}]"
  for pause in 1 2 4 8 16 32; do
    refused=$(aws events put-events --region "$region" --entries "$entries" --query FailedEntryCount --output text) || refused=all
    [ "$refused" != 0 ] || return 0
    sleep "$pause"
  done
  return 1
}

# What the instance itself cannot do is reported, and leaves no output.
doing="its start"
trap 'trap - ERR; report failure "the command did not run: $doing failed on the instance"; exit 1' ERR

cat >"$work/fleet.sh" <<'PHOTOGALLERY_FLEET'
{{.Fleet}}PHOTOGALLERY_FLEET
doing="to read the settings of the app"
bash "$work/fleet.sh"

doing="to read s3://$bucket/$command_key"
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5
(umask 077 && aws s3api get-object --region "$region" --bucket "$bucket" --key "$command_key" "$work/command" >/dev/null)

# The service's own unit, with another program. systemd gives the command to the service's user as a
# credential, closes its input, and ends all its processes after its time. Its output goes through a
# pipe, of which only the end is kept: it may be larger than the disk.
# https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#StandardOutput=
# https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Type=
doing="to make the unit of the command"
install -d "$unit.d"
cp /etc/systemd/system/photogallery.service "$unit"
for drop_in in /etc/systemd/system/photogallery.service.d/*.conf; do
  [ ! -e "$drop_in" ] || cp "$drop_in" "$unit.d/"
done
cat >"$unit.d/zz-run.conf" <<UNIT
[Service]
Type=oneshot
RemainAfterExit=yes
Restart=no
WatchdogSec=0
KillMode=control-group
ExecCondition=
ExecStartPre=
ExecStart=
ExecStart=/bin/bash %d/photogallery-run
ExecStartPost=
ExecStop=
ExecStopPost=
LoadCredential=photogallery-run:$work/command
StandardInput=null
StandardOutput=file:$work/pipe
StandardError=inherit
TimeoutStartSec=$seconds
TimeoutStopSec=10
UNIT
systemctl daemon-reload
mkfifo -m 0600 "$work/pipe"
tail -c "$((most + 1))" <"$work/pipe" >"$work/tail" &
reader=$!
exec 9>"$work/pipe" # the pipe does not end before the command

doing="the command's service"
systemctl start photogallery-run.service || true
# It remains after its exit: systemd forgets what it knows of a unit that has ended well and that nothing needs.
result=$(systemctl show --property=Result --value photogallery-run.service)
status=$(systemctl show --property=ExecMainStatus --value photogallery-run.service)
code=$(systemctl show --property=ExecMainCode --value photogallery-run.service)
[ "$code" != 0 ] # else it has not run
systemctl stop photogallery-run.service # with what the command has left running, which holds the pipe
exec 9>&-
wait "$reader"
rm -f "$work/command"

timed_out=false truncated=false
[ "$result" != timeout ] || timed_out=true
[ "$code" = 1 ] || status=$((128 + status)) # CLD_EXITED; anything else is a signal
[ "$(wc -c <"$work/tail")" -le "$most" ] || truncated=true

doing="to keep the output as s3://$bucket/$output_key"
{
  printf '{"exitStatus":%s,"timedOut":%s,"truncated":%s}\n' "$status" "$timed_out" "$truncated"
  tail -c "$most" "$work/tail"
} >"$work/output"
aws s3api put-object --region "$region" --bucket "$bucket" --key "$output_key" --body "$work/output" >/dev/null

trap - ERR
case "$timed_out $status" in
  'true '*) report failure "the command took longer than $seconds s and was ended" ;;
  'false 0') report success "" ;;
  *) report failure "the command ended with exit status $status" ;;
esac
