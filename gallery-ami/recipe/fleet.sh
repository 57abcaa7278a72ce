#!/bin/bash
# Runs at an instance's first boot: tells the service who it is and starts it.
set -euo pipefail

metadata=http://169.254.169.254/latest
token=$(curl -sSf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token")
about() { curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }
instance=$(about instance-id)
zone=$(about placement/availability-zone)

install -d -m 0755 /etc/photogallery
{
  cat <<'SETTINGS'
HOST="0.0.0.0"
PORT="80"
PHOTOS={{setting .Photos}}
SAMPLES="1"
RELEASE={{setting .Release}}
SETTINGS
  printf 'INSTANCE_ID="%s"\nZONE="%s"\n' "$instance" "$zone"
} >/etc/photogallery/environment

# Not awaited: the service may be ordered after cloud-init, which this script is part of.
systemctl restart --no-block photogallery.service
