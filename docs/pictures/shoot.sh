#!/usr/bin/env bash
# Makes the pictures of the README from the program: the gallery in Chromium, and what up --check says.
set -euo pipefail
cd "$(dirname "$0")/../.."
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "shoot.sh: Chromium is not installed; on Debian: apt-get install chromium" >&2; exit 1; }
folder=$(mktemp -d)
trap 'kill "$app" 2>/dev/null || true; rm -rf "$folder"' EXIT
go build -o "$folder/photogallery" ./gallery-ami/app/cmd/photogallery
port=18120
mkdir "$folder/photos"
PHOTOS=file://$folder/photos SAMPLES=1 PORT=$port INSTANCE_ID=i-0000001a211e0977f ZONE=us-east-1a \
  RELEASE=release-20261125-0900 UPLOAD_KEY=0123456789abcdef0123 "$folder/photogallery" >"$folder/log" 2>&1 &
app=$!
for _ in $(seq 100); do curl -sf -o /dev/null "http://127.0.0.1:$port/" && break || sleep 0.1; done

shoot() { # NAME WIDTH HEIGHT SCHEME (0 is dark, 1 light)
  "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
    --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$folder/$1" \
    --blink-settings=preferredColorScheme="$4" --window-size="$2,$3" --screenshot="docs/pictures/$1.png" \
    "http://127.0.0.1:$port/" >"$folder/chromium.log" 2>&1
}
shoot wide-light 880 560 1
shoot wide-dark 880 560 0
shoot phone-light 500 760 1
shoot phone-dark 500 760 0
go run ./cmd/gallery up --check >docs/pictures/check.txt
