#!/bin/bash
# Installs the gallery and the packages that it needs into $INSTALL_DIR.
set -euo pipefail

# Amazon Linux 2023 comes with Python, and without pip.
if ! python3 -m pip --version >/dev/null; then
  command -v dnf >/dev/null || { echo "python3 has no pip; install it with this machine's package manager" >&2; exit 1; }
  dnf install --assumeyes --quiet python3-pip
fi

# A folder of packages, not a virtual environment, which holds absolute paths: on one machine every
# instance of the image has another folder.
# Amazon Linux's pip, 21.3, has no option for this.
export PIP_ROOT_USER_ACTION=ignore
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
  --target "$INSTALL_DIR/lib" --requirement requirements.txt

cp -R galleryApp.py templates photos "$INSTALL_DIR"
install -m 0755 run.sh "$INSTALL_DIR/run.sh"
