#!/bin/bash
# Runs once, on the builder: installs the app and its packages into $INSTALL_DIR.
set -euo pipefail

# Amazon Linux 2023 has Python, and pip only in a package.
if ! python3 -m pip --version >/dev/null; then
  command -v dnf >/dev/null || { echo "python3 has no pip; install it with this machine's package manager" >&2; exit 1; }
  dnf install --assumeyes --quiet python3-pip
fi

# A folder of packages works under any path. A virtual environment does not.
export PIP_ROOT_USER_ACTION=ignore
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
  --target "$INSTALL_DIR/lib" --requirement requirements.txt

cp -R VERSION app.py templates "$INSTALL_DIR"
install -m 0755 run.sh "$INSTALL_DIR/run.sh"
