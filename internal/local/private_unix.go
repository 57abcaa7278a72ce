//go:build unix

package local

import (
	"errors"
	"io/fs"
	"os"
)

const othersAny = 0o077

// makePrivate makes a file or folder its owner's alone, if it is there, whatever the umask was that it was
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
