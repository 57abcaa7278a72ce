#!/usr/bin/env bash
# Records what gallery up shows in a terminal, for the README: once in mid-release, once at its end.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v tmux >/dev/null || { echo "record.sh: tmux is not installed; on Debian: apt-get install tmux" >&2; exit 1; }
folder=$(mktemp -d)
trap 'tmux -L gallery kill-server 2>/dev/null || true; rm -rf "$folder"' EXIT
go build -o "$folder/gallery" ./cmd/gallery
tmux -L gallery new-session -d -x 96 -y 50 "HOME=$folder $folder/gallery up --address 127.0.0.1:0"
frame() { tmux -L gallery capture-pane -p | sed "s#$folder#~#; /^ *$/d"; }
until frame | grep -q 'Check image'; do sleep 0.05; done
frame >docs/pictures/release-under-way.txt
until frame | grep -q 'Ctrl-C ends it all'; do sleep 0.1; done
frame >docs/pictures/release.txt
tmux -L gallery send-keys C-c
while tmux -L gallery has-session 2>/dev/null; do sleep 0.1; done
