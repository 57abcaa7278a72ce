//go:build unix

package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"photogallery/release"
)

const (
	othersWrite = 0o022
	othersEnter = 0o011
	othersAny   = 0o077
)

// checkPrivate refuses a data folder that another user of the machine owns or can write to: what lies in it
// is run, and says where to send requests.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if owner := ownerOf(info); owner != os.Geteuid() {
		return release.Errorf(release.InvalidRequest, "the data folder %s belongs to the user with the ID %d, and you are %d: name a folder of your own with --data", path, owner, os.Geteuid())
	}
	if info.Mode()&othersWrite != 0 && !isClosedAbove(path) {
		return release.Errorf(release.InvalidRequest, "other users can write to the data folder %s (its mode is %04o), and so could run programs as you: `chmod go-w %s` forbids it, or name another folder with --data", path, info.Mode().Perm(), path)
	}
	return nil
}

// isClosedAbove reports whether a folder above is one of ours that others cannot enter.
func isClosedAbove(path string) bool {
	path, err := filepath.Abs(path)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	for err == nil && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		var info fs.FileInfo
		if info, err = os.Stat(path); err == nil && ownerOf(info) == os.Geteuid() && info.Mode()&othersEnter == 0 {
			return true
		}
	}
	return false
}

func ownerOf(info fs.FileInfo) int {
	status, isUnix := info.Sys().(*syscall.Stat_t)
	if !isUnix {
		return -1
	}
	return int(status.Uid)
}

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
