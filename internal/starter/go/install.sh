#!/bin/bash
# Runs once, on the builder: compiles the app into $INSTALL_DIR.
set -euo pipefail

added=
if ! command -v go >/dev/null; then
  command -v dnf >/dev/null || { echo "there is no go; install it with this machine's package manager" >&2; exit 1; }
  dnf install --assumeyes --quiet golang
  added=golang
fi

# What the compiler keeps for the next time has no place in an image, and neither has the compiler.
HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
export HOME CGO_ENABLED=0 GOTOOLCHAIN=local
go build -buildvcs=false -modcacherw -trimpath -ldflags "-s -w -X 'main.version=$(cat VERSION)'" -o "$INSTALL_DIR/app" .
[ -z "$added" ] || dnf remove --assumeyes --quiet "$added"
