#!/usr/bin/env bash
# Records what the program shows in a terminal, for the documents: a first release, one that fails, and
# a teardown. It needs the ports of gallery up to be free.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(uname)" = Linux ] || { echo "record.sh: the times in the pictures need GNU date; run it on Linux" >&2; exit 1; }
command -v tmux >/dev/null || { echo "record.sh: tmux is not installed; on Debian: apt-get install tmux" >&2; exit 1; }
folder=$(mktemp -d /tmp/g.XXXXXX) # short: the lines that name it are to fit the terminal
terminal=(tmux -L gallery-record)
# A cloud that ends by its terminal's end removes its machines first.
clean() {
  "${terminal[@]}" kill-server 2>/dev/null || true
  until rm -rf "$folder" 2>/dev/null; do sleep 0.2; done
}
trap clean EXIT
go build -o "$folder/bin/gallery" ./cmd/gallery
go build -o "$folder/bin/terminal" ./tools/pictures/terminal
unset GALLERY_STACK NO_COLOR CI XDG_DATA_HOME

# A web app whose install.sh forgets the script that its unit starts.
mkdir -p "$folder/hello"
echo 'cp index.html "$INSTALL_DIR"' >"$folder/hello/install.sh"
printf '#!/bin/bash\nexec python3 -m http.server --bind "$HOST" "$PORT"\n' >"$folder/hello/serve.sh"
printf '[Service]\nExecStart=/opt/photogallery/serve.sh\n' >"$folder/hello/hello.service"
echo Hello >"$folder/hello/index.html"
chmod +x "$folder"/hello/*.sh

shown() { "${terminal[@]}" capture-pane -t "$1" -e -p | sed "s#$folder#~#g"; }

# record NAME WINDOW COMMAND LAST TITLE [-still] types the command, keeps what is seen until the line
# that matches LAST has come, and makes the picture.
record() {
  local name=$1 window=$2 last=$4 title=$5 begun now
  mkdir "$folder/$name"
  "${terminal[@]}" send-keys -t "$window" "$3" Enter
  begun=$(date +%s%3N)
  for ((;;)); do
    now=$(($(date +%s%3N) - begun))
    shown "$window" >"$folder/$name/$(printf %06d "$now")"
    if shown "$window" | grep -q "$last"; then break; fi
    if ((now > 60000)); then
      echo "record.sh: \"$last\" does not come:" >&2
      shown "$window" >&2
      exit 1
    fi
    sleep 0.08
  done
  sleep 0.3
  shown "$window" >"$folder/$name/999999"
  "$folder/bin/terminal" -title "$title" "${@:6}" -to "docs/pictures/$name" "$folder/$name"
}

export HOME=$folder PATH="$folder/bin:$PATH"
"${terminal[@]}" new-session -d -s up -x 80 -y 50 "bash --norc --noprofile"
"${terminal[@]}" new-session -d -s other -x 80 -y 50 "bash --norc --noprofile"
for window in up other; do "${terminal[@]}" send-keys -t "$window" "PS1='$ '; cd; clear" Enter; done
sleep 1

record first-release up 'gallery up' 'Ctrl-C ends' 'A first release in a terminal: a line for each step, until the gallery serves'
record failed-release other 'gallery release --bundle hello' 'gallery logs i-' 'A release that fails: the builder says why the app does not start, everything is undone, and the next step is named' -still
"${terminal[@]}" send-keys -t other clear Enter
sleep 0.5
record teardown-run other 'gallery teardown' 'serves\.' 'A teardown in a terminal: each kind of resource in turn, and the proof that nothing is left' -still

"${terminal[@]}" send-keys -t up C-c
"${terminal[@]}" send-keys -t up exit Enter
while "${terminal[@]}" has-session -t up 2>/dev/null; do sleep 0.1; done
