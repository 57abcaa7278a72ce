//go:build unix

package local

import (
	"errors"
	"io/fs"
	"os"
)

const othersAny = 0o077

// makePrivate makes an existing file or folder accessible only to its owner, whatever umask it was
// made with.
func makePrivate(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode().Type() == fs.ModeSymlink || info.Mode()&othersAny == 0 {
		return err
	}
	return os.Chmod(path, info.Mode().Perm()&^othersAny)
}
