#!/usr/bin/env bash
# Builds the program's archives into dist/, one for each platform of PLATFORMS, with a software bill of
# materials for each and the checksums of all. The Go tool stamps the version and the commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
most=60000000 # bytes that the program may have

version=${VERSION:-$(git describe --tags --always --dirty)}
rm -rf dist
for platform in ${PLATFORMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64}; do
  name=gallery_${version}_${platform/\//_}
  CGO_ENABLED=0 GOOS=${platform%/*} GOARCH=${platform#*/} ${GO:-go} build -trimpath -ldflags='-s -w' -o "dist/$name/gallery" ./cmd/gallery
  size=$(wc -c <"dist/$name/gallery")
  [ "$size" -le "$most" ] || { echo "the program for $platform has $size bytes, more than $most" >&2; exit 1; }
  cp README.md LICENSE CHANGELOG.md "dist/$name/"
  ${GO:-go} tool -modfile=tools/release/go.mod cyclonedx-gomod bin -json -output "dist/$name.cdx.json" "dist/$name/gallery"
  tar -C dist -czf "dist/$name.tar.gz" "$name"
  rm -r "dist/${name:?}"
done
cd dist
# macOS has only shasum.
if command -v sha256sum >/dev/null; then sha256sum -- *.tar.gz *.cdx.json; else shasum -a 256 -- *.tar.gz *.cdx.json; fi >checksums.txt
cat checksums.txt
