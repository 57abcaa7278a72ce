#!/bin/bash
# Runs once, on the builder: builds the app and installs it into $INSTALL_DIR.
set -euo pipefail

# Amazon Linux 2023 has Node.js in packages that have its version in their names.
if ! command -v npm >/dev/null; then
  command -v dnf >/dev/null || { echo "there is no npm; install Node.js with this machine's package manager" >&2; exit 1; }
  dnf install --assumeyes --quiet nodejs24 nodejs24-npm
fi

# What npm keeps for the next time has no place in an image.
HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
export HOME npm_config_update_notifier=false
npm ci --no-audit --no-fund
npm run build
npm prune --omit=dev --no-audit --no-fund

mkdir -p node_modules
cp -R package.json server.js dist node_modules "$INSTALL_DIR"
install -m 0755 run.sh "$INSTALL_DIR/run.sh"
