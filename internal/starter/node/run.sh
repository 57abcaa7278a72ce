#!/bin/bash
# Serves the app that lies beside this script on $HOST:$PORT.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec node server.js
