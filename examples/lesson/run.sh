#!/bin/bash
# Serves the gallery that lies beside this script, on $HOST:$PORT.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export PYTHONPATH=$PWD/lib
exec python3 -m flask --app galleryApp run --host "$HOST" --port "$PORT"
