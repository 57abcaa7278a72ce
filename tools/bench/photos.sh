#!/bin/sh
# The same with the tools of libvips: DIRECTORY, then the photos.
set -eu
to=$1
shift
for photo; do
  vips autorot "$photo" "$to/$(basename "$photo")[Q=90,strip]"
done
vipsthumbnail --size 720x360 --output "$to/small-%s.jpg[Q=78,strip]" "$@"
