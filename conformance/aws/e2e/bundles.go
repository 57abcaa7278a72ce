package e2e

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"photogallery/gallery-ami/recipe"
)

const unit = "[Service]\nExecStart=/opt/photogallery/run.sh\nRestart=always\nRestartSec=1\n[Install]\nWantedBy=multi-user.target\n"

// Broken bundles, as files by their names. The contract is in docs/bundle.md.
var (
	failing = map[string]string{
		"install.sh":      "echo 'this bundle fails on purpose' >&2\nexit 7\n",
		"failing.service": unit,
	}
	// breaking works on a builder, and on no instance of the fleet.
	breaking = map[string]string{
		"install.sh": "install -m 0755 run.sh \"$INSTALL_DIR/\"\n",
		"run.sh": "#!/bin/sh\n[ \"$RELEASE\" = build ] || { echo 'broken on purpose'; exit 1; }\n" +
			"exec /usr/bin/python3 -m http.server --bind \"$HOST\" --directory \"$(dirname \"$0\")\" \"$PORT\"\n",
		"breaking.service": unit,
	}
)

// upload packs a bundle and uploads it for builders, as `gallery release --bundle` does. It returns
// its name for a request.
func (r *run) upload(ctx context.Context, files map[string]string) (url string, err error) {
	folder, err := os.MkdirTemp("", "gallery-e2e-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o700); err != nil {
			return "", err
		}
	}
	bundle, err := r.stack.UploadBundle(ctx, func(to io.Writer) error { return recipe.Pack(folder, to) })
	return bundle.URL(), err
}
