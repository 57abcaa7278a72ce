#!/bin/bash
# Builds the image of one release: fetches the bundle, provisions it, reports the result once.
set -Eeuo pipefail

# cloud-init still writes its state while user data runs, and provisioning removes that state:
# the build starts when cloud-init has finished. systemd gives a service no HOME, which installers want.
if [ "${1:-}" != build ]; then
  install -D -m 0700 "$0" /run/photogallery/build.sh
  exec systemd-run --no-block --collect --unit=photogallery-build \
    --setenv=HOME=/root --property=After=cloud-final.service bash /run/photogallery/build.sh build
fi

bucket={{shell .Bucket}}
key={{shell .Key}}
sha256={{shell .SHA256}}
region={{shell .Region}}
release={{shell .Release}}
source={{shell .Source}}
log_group={{shell .LogGroup}}
sbom_bucket={{shell .SBOMBucket}}
sbom_key={{shell .SBOMKey}}
health_path={{shell .HealthPath}}
start_seconds={{shell .StartSeconds}}
work=/var/tmp/photogallery
log=/run/photogallery/build.log
built=/var/lib/photogallery-built

metadata=http://169.254.169.254/latest
token=$(curl -sSf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token")
instance=$(curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/instance-id")

# A builder that everybody forgot ends itself; anything but this EC2 instance is left alone.
if [ "$(cat /sys/devices/virtual/dmi/id/board_asset_tag 2>/dev/null)" = "$instance" ]; then
  shutdown -h +45 || true
fi

# CreateImage shuts the builder down before it takes the snapshot, and a shutdown writes logs and a random
# seed. This unit starts when all services have ended; in /run it is no part of the image.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
# https://www.freedesktop.org/software/systemd/man/latest/systemd.special.html#final.target
clean_at_shutdown() {
  local units=/run/systemd/system
  cat >/run/photogallery/provision.sh <<'PHOTOGALLERY_PROVISION'
{{.Provision}}PHOTOGALLERY_PROVISION
  install -d "$units/final.target.wants"
  cat >"$units/photogallery-clean.service" <<'UNIT'
[Unit]
Description=Remove what an image must not hold
DefaultDependencies=no
After=shutdown.target
Before=final.target
[Service]
Type=oneshot
ExecStart=/bin/bash /run/photogallery/provision.sh --clean
TimeoutStartSec=60
UNIT
  ln -sf ../photogallery-clean.service "$units/final.target.wants/"
  systemctl daemon-reload
}

# After the snapshot the builder boots again: it forgets when to end, and its cloud-init takes it for a new
# instance. An image that fails is made once more of this builder.
if [ -e "$built" ]; then
  clean_at_shutdown
  exit 0
fi

json() {
  local text
  text=$(printf %s "$1" | tr -cd '\11\12\40-\176')
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '"%s"' "$text"
}

report() {
  local detail entries pause refused
  detail="{\"instance\":$(json "$instance"),\"release\":$(json "$release"),\"status\":$(json "$1"),\"reason\":$(json "$2")}"
  entries="[{\"Source\":$(json "$source"),\"DetailType\":\"Build Result\",\"Detail\":$(json "$detail")}]"
  for pause in 1 2 4 8 16 32; do
    refused=$(aws events put-events --region "$region" --entries "$entries" --query FailedEntryCount --output text) || refused=all
    [ "$refused" != 0 ] || return 0
    sleep "$pause"
  done
  return 1
}

# The software bill of materials: what the image holds, for those who ask when the builder is gone. S3 takes it once,
# and an image without it is as good.
export SBOM_FILES=/run/photogallery/bundle.sha256
writing= # the process
keep_sbom() {
  local sbom=/run/photogallery/sbom.json
  cat >/run/photogallery/sbom.py <<'PHOTOGALLERY_SBOM'
{{.SBOM}}PHOTOGALLERY_SBOM
  timeout 60 python3 /run/photogallery/sbom.py "$release" "$SBOM_FILES" "${ROOT:-}/opt/photogallery" >"$sbom" &&
    timeout 60 aws s3api put-object --region "$region" --bucket "$sbom_bucket" --key "$sbom_key" --body "$sbom" --if-none-match '*' >/dev/null ||
    echo "the image has no software bill of materials: that of this build could not be written or kept"
}

# One event of the log's end: it can be read when the builder is gone.
keep_log() {
  [ -n "$log_group" ] || return 0
  timeout 30 aws logs create-log-stream --region "$region" --log-group-name "$log_group" --log-stream-name "$instance/$release/build" || true
  await_sbom
  printf '[{"timestamp":%s,"message":%s}]' "$(date +%s%3N)" "$(json "$(tail -c 60000 "$log")")" >/run/photogallery/events.json
  timeout 30 aws logs put-log-events --region "$region" --log-group-name "$log_group" --log-stream-name "$instance/$release/build" \
    --log-events file:///run/photogallery/events.json >/dev/null || true
}

await_sbom() { [ -z "$writing" ] || wait "$writing" || true; }

# Each line once, and whole lines, where there are some.
last_words() {
  local words
  words=$(tail -c 60000 "$log" | awk '!said[$0]++')
  if [ "${#words}" -gt 1500 ]; then
    words=${words: -1500}
    words=${words#*$'\n'}
  fi
  printf '%s' "$words"
}

failed=
finish() {
  local status=$?
  trap - EXIT ERR
  keep_log
  await_sbom
  if [ "$status" = 0 ]; then
    report success ''
  else
    report failure "\"${failed:-the build}\" ended with status $status: $(last_words)"
  fi
}

# What no bundle has is refused here as it is on one machine: before it fills the disk, and links afterwards.
unpack() {
  local link
  tar --numeric-owner -Ptvzf "$1" | awk -v files={{.MaxFiles}} -v bytes={{.MaxBytes}} '
    function refuse(why) { print why; exit 1 }
    { name = $6; for (i = 7; i <= NF && $i !~ /^(->|link)$/; i++) name = name " " $i }
    name ~ /^\/|(^|\/)\.\.(\/|$)/ { refuse("the name " name " leads out of the folder; pack the folder from within") }
    /^h/ { refuse(name " is a hard link; copy the file instead") }
    /^[^-dl]/ { refuse(name " is neither a file nor a link; remove it") }
    /^d/ { folders++ }
    /^[-l]/ { found++; total += $3 }
    found > files || folders > files { refuse("it has more than " files " files; leave out what the service does not need") }
    total > bytes { refuse("its files have more than " bytes " bytes together") }'
  tar -xzf "$1" --no-same-owner -C "$2"
  while IFS= read -r link; do
    [[ $(realpath -e -- "$link")/ == "$2"/* ]] || { echo "the link ${link#"$2"/} leads to $(readlink "$link"), which is not in the folder; copy the file instead"; false; }
  done < <(find "$2" -type l)
}

# A machine that has just booted may get no credentials at first, which the AWS CLI asks for once, for one second;
# and a new role is not known everywhere at once.
# https://docs.aws.amazon.com/cli/latest/topic/config-vars.html
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5
fetch() {
  local pause
  for pause in 1 2 4 8 16; do
    aws s3 cp --region "$region" --only-show-errors "s3://$bucket/$key" "$1" && return
    sleep "$pause"
  done
  aws s3 cp --region "$region" --only-show-errors "s3://$bucket/$key" "$1"
}

# Every image can send and rotate its logs, whether or not it is asked to today: an image outlives the settings.
install_agent() { dnf -y -q install amazon-cloudwatch-agent logrotate; }

agent_failed() {
  trap - ERR
  failed="dnf install amazon-cloudwatch-agent logrotate"
  exit "$1"
}

# The agent is installed beside the bundle; dnf waits for another dnf, if the bundle has one.
# https://man7.org/linux/man-pages/man5/dnf.conf.5.html
build() {
  clean_at_shutdown
  install_agent &
  local agent=$!
  rm -rf "$work"
  install -d -m 0755 "$work/bundle"
  fetch "$work/bundle.tar.gz"
  echo "$sha256  $work/bundle.tar.gz" | sha256sum --check --quiet -
  unpack "$work/bundle.tar.gz" "$work/bundle"
  HEALTH_PATH=$health_path CHECK_SECONDS=$start_seconds bash /run/photogallery/provision.sh "$work/bundle" --keep
  wait "$agent" || agent_failed $?
  # Now the packages are those of the image. Until the log is sent it is not waited for.
  keep_sbom &
  writing=$!
  bash /run/photogallery/provision.sh --clean
  rm -rf "$work"
  touch "$built"
  sync
}

: >"$log"
trap 'failed=$BASH_COMMAND' ERR
trap finish EXIT
build >>"$log" 2>&1
