#!/bin/bash
# Runs at an instance's first boot: tells the service who it is and starts it.
set -euo pipefail

metadata=http://169.254.169.254/latest
token=$(curl -sSf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token")
about() { curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
instance=$(about instance-id)
zone=$(about placement/availability-zone)
unit=/etc/systemd/system/photogallery.service.d

install -d -m 0755 /etc/photogallery "$unit"
{
  cat <<'SETTINGS'
HOST="0.0.0.0"
PORT="80"
PHOTOS={{setting .Photos}}
SAMPLES="1"
RELEASE={{setting .Release}}
{{- if .AllowUpload}}
ALLOW_UPLOAD={{setting .AllowUpload}}
{{- end}}
SETTINGS
  printf 'INSTANCE_ID="%s"\nZONE="%s"\n' "$instance" "$zone"
} >/etc/photogallery/environment
{{- if .LogGroup}}

# The agent of Amazon Linux's own repository may be too old to read the journal: the service logs to a
# file. What the boot said goes there too, and most of all if the boot fails.
cat >"$unit/log.conf" <<'DROPIN'
[Service]
StandardOutput=append:/var/log/photogallery.log
StandardError=append:/var/log/photogallery.log
DROPIN
install -d -m 0755 /etc/logrotate.d
cat >/etc/logrotate.d/photogallery <<'ROTATION'
/var/log/photogallery.log {
  size 20M
  rotate 1
  copytruncate
  missingok
}
ROTATION
# Amazon Linux looks at sizes once a day, and a busy day would fill the disk.
# https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html#OnCalendar=
install -d -m 0755 /etc/systemd/system/logrotate.timer.d
cat >/etc/systemd/system/logrotate.timer.d/photogallery.conf <<'TIMER'
[Timer]
OnCalendar=
OnCalendar=*:0/10
AccuracySec=1min
TIMER

# The subnets reach AWS by IPv6 alone, except for S3.
agent=/opt/aws/amazon-cloudwatch-agent
send_logs() {
  [ -x "$agent/bin/amazon-cloudwatch-agent-ctl" ] || { echo "this image has no CloudWatch agent: logs stay here"; return 0; }
  cat >"$agent/etc/cloudwatch-agent.json" <<'AGENT'
{
  "agent": {"region": {{json .Region}}, "use_dualstack_endpoint": true},
  "logs": {"logs_collected": {"files": {"collect_list": [
    {"file_path": "/var/log/photogallery.log", "log_group_name": {{json .LogGroup}}, "log_stream_name": {{json .Stream}}},
    {"file_path": "/var/log/cloud-init-output.log", "log_group_name": {{json .LogGroup}}, "log_stream_name": {{json .BootStream}}}
  ]}}}
}
AGENT
  "$agent/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -s -c "file:$agent/etc/cloudwatch-agent.json" || echo "the CloudWatch agent does not start: logs stay here"
}
trap send_logs EXIT
{{- end}}

# The AWS CLI asks once for credentials, for one second.
# https://docs.aws.amazon.com/cli/latest/topic/config-vars.html
export AWS_METADATA_SERVICE_TIMEOUT=5 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5
{{- if .Settings}}

# The app's settings are an environment file. Each secret that its header names becomes a credential
# and, escaped for systemd, a variable. The instance's own file, in settings.conf, is read later and
# wins. Without all of them the service does not start. Only root reads them here, and nothing prints
# a value.
# https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
settings=/etc/photogallery/settings
bucket={{shell .Bucket}} digest={{shell .Settings}}
give_up() { echo "s3://$bucket/$1, a part of the app's settings, $2"; exit 1; }
fetch() {
  local pause
  for pause in 1 2 4 8 16 32 ''; do
    aws s3api get-object --region {{shell .Region}} --bucket "$bucket" --key "$1" "$2" </dev/null >/dev/null && return
    [ -n "$pause" ] || give_up "$1" "cannot be read"
    sleep "$pause"
  done
}
fetch_settings() (
  umask 077
  mkdir -p "$settings/secrets"
  cat >"$unit/app.conf" <<'DROPIN'
[Service]
EnvironmentFile=/etc/photogallery/settings/document
EnvironmentFile=/etc/photogallery/settings/environment
DROPIN
  fetch "settings/$digest" "$settings/document"
  sha256sum --status -c <<<"$digest  $settings/document" || give_up "settings/$digest" "was changed or cut off"
  : >"$settings/environment.new"
  while read -r hash word name id size && [ "$hash $word" = "# secret" ]; do
    fetch "secrets/$id" "$settings/secrets/$name"
    [ "$(wc -c <"$settings/secrets/$name")" -eq "$size" ] || give_up "secrets/$id" "was changed or cut off"
    { printf '%s="' "$name"; LC_ALL=C sed 's/[\\"$`]/\\&/g' "$settings/secrets/$name"; printf '"\n'; } >>"$settings/environment.new"
    echo "LoadCredential=$name:$settings/secrets/$name" >>"$unit/app.conf"
  done < <(tail -n +2 "$settings/document")
  mv "$settings/environment.new" "$settings/environment"
)
fetch_settings
{{- end}}
{{- if .UploadKey}}

# The upload key is made once, by whichever instance comes first: S3 refuses the others' writes, and
# answers 403 for a key that is not there to who may not list the bucket. Only root reads it here;
# systemd hands it to the service.
key=/etc/photogallery/upload-key
fetch_key() (
  umask 077
  for pause in 1 2 4 8 16 32 ''; do
    aws s3api get-object --region {{shell .Region}} --bucket {{shell .Bucket}} --key {{shell .UploadKey}} "$key" >/dev/null && break
    [ -n "$pause" ] || { echo "the upload key can be neither read nor made"; exit 1; }
    head -c 24 /dev/urandom | base64 >"$key.new"
    aws s3api put-object --region {{shell .Region}} --bucket {{shell .Bucket}} --key {{shell .UploadKey}} --body "$key.new" --if-none-match '*' >/dev/null || sleep "$pause"
  done
  rm -f "$key.new"
)
fetch_key
cat >"$unit/upload-key.conf" <<'DROPIN'
[Service]
LoadCredential=upload-key:/etc/photogallery/upload-key
Environment=UPLOAD_KEY_FILE=%d/upload-key
DROPIN
{{- end}}

systemctl daemon-reload
{{- if .LogGroup}}
systemctl restart --no-block logrotate.timer || echo "this image has no logrotate: the log grows"
{{- end}}
# Not awaited: the service may be ordered after cloud-init, which this script is part of.
systemctl restart --no-block photogallery.service
