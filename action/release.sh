#!/usr/bin/env bash
# Releases to the stack GALLERY_STACK, follows the run, and writes it into the job's summary and outputs. With
# DRY_RUN=true it writes what the release would do into the output comment. Its status is that of gallery.
set -euo pipefail

flags=(--by "$GITHUB_ACTOR")
[ -z "$BUNDLE" ] || flags+=(--bundle "$BUNDLE")
[ -z "$VERSION" ] || flags+=(--version "$VERSION")
read -ra more <<<"$ARGUMENTS"
flags+=(${more[@]+"${more[@]}"}) # bash 3.2 takes an empty list for an unset one
said=$RUNNER_TEMP/photogallery-said.txt
status=0

# A line of its own that the text cannot have ends an output of several lines.
output() {
  local end=end-$RANDOM$RANDOM$RANDOM
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}

if [ "$DRY_RUN" = true ]; then
  gallery release --dry-run "${flags[@]}" 2>&1 | tee "$said" || status=$?
  [ $status = 0 ] && title="What a release to $GALLERY_STACK does" || title="A release to $GALLERY_STACK would be refused"
  # Indented, it is a block of code, in which Markdown means nothing.
  comment=$(printf '#### %s\n\n' "$title" && sed 's/^/    /' "$said")
  output comment "$comment"
  printf '%s\n' "$comment" >>"$GITHUB_STEP_SUMMARY"
  exit $status
fi

execution=github-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$(date +%s)
output execution "$execution"
gallery release --name "$execution" "${flags[@]}" >"$said" || status=$?
address=$(grep '^http' "$said") || true
output address "$address"
# A release that was refused before it began has no execution.
gallery execution "$execution" --markdown >>"$GITHUB_STEP_SUMMARY" || true
[ -z "$address" ] || printf '\n[%s](%s)\n' "$address" "$address" >>"$GITHUB_STEP_SUMMARY"
exit $status
