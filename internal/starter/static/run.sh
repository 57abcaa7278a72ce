#!/bin/bash
# Serves the site that lies beside this script on $HOST:$PORT.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec python3 serve.py
