#!/bin/bash
# Runs once, on the builder: installs the site into $INSTALL_DIR. Amazon Linux 2023 has Python.
set -euo pipefail
cp -R VERSION serve.py site "$INSTALL_DIR"
install -m 0755 run.sh "$INSTALL_DIR/run.sh"
