#!/bin/bash
# Serves the app that lies beside this script on $HOST:$PORT, with Flask's own server. The kind
# gunicorn is the same app with a server for many visitors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH=$PWD/lib
exec python3 -m flask --app app run --host "$HOST" --port "$PORT"
