#!/bin/sh
# Installs the gallery's one program.
set -eu
install -m 0755 photogallery "$INSTALL_DIR/photogallery"
