#!/usr/bin/env bash
# Puts the gallery program on the path of the job's later steps: from the archive of VERSION, if that is a
# version's tag, with its checksum, and else built from the action's own source, which takes Go.
set -euo pipefail
folder=$RUNNER_TEMP/photogallery
mkdir -p "$folder"

case $RUNNER_OS in
  Linux) platform=linux ;;
  macOS) platform=darwin ;;
  *) echo "::error::gallery runs on Linux and macOS, not on $RUNNER_OS: use runs-on: ubuntu-latest" && exit 1 ;;
esac
case $RUNNER_ARCH in
  X64) platform=${platform}_amd64 ;;
  ARM64) platform=${platform}_arm64 ;;
  *) echo "::error::there is no gallery for $RUNNER_ARCH: use a runner with X64 or ARM64" && exit 1 ;;
esac

if [[ ${VERSION:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  name=gallery_${VERSION}_$platform
  from=${RELEASES:-$GITHUB_SERVER_URL/$REPOSITORY/releases/download}/$VERSION
  cd "$folder"
  curl -fsSL --retry 3 -O "$from/$name.tar.gz" -O "$from/checksums.txt"
  # macOS has only shasum.
  grep -F " $name.tar.gz" checksums.txt | shasum -a 256 -c -
  tar -xzf "$name.tar.gz"
  mv "$name/gallery" .
else
  cd "$(dirname "$0")/.."
  go build -trimpath -o "$folder/gallery" ./cmd/gallery
fi
echo "$folder" >>"$GITHUB_PATH"
"$folder/gallery" version
