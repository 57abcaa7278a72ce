#!/bin/bash
# Serves the app that lies beside this script on $HOST:$PORT.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH=$PWD/lib
# A connection that idles is closed by the load balancer, after 60 seconds, and not under its next request.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
exec python3 -m gunicorn --bind "$HOST:$PORT" --workers 2 --threads 8 --keep-alive 75 app:app
