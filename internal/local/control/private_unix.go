//go:build unix

package control

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"photogallery/release"
)

const (
	groupWrites = 0o020
	othersWrite = 0o022
	othersEnter = 0o011
)

// maxLinks is the kernel's limit of symbolic links in a path.
const maxLinks = 40

// CheckPrivate refuses a data folder if another user of the machine can write to or replace it or a
// part of its path: programs in it are run, and it says where to send requests. The folder must
// belong to this process's user, and every folder above it to that user or root. None may be
// writable by others, except one such as /tmp whose sticky bit lets users replace only their own
// files. A path that does not exist yet is checked as far as it exists. Its error is
// InvalidRequest.
func CheckPrivate(path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := (way{to: path}).follow(absolute, maxLinks); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return unlessUnreachable(err)
	}
	if owner := ownerOf(info); owner != os.Geteuid() {
		return release.Errorf(release.InvalidRequest, "%s belongs to the user with the ID %d, and you are %d: make it yours with chown, or name a folder of your own with --data", path, owner, os.Geteuid())
	}
	return nil
}

// way walks from the root folder to a path.
type way struct {
	to     string
	closed bool // a folder above is ours, and others cannot enter it
}

func (w way) follow(path string, links int) error {
	at := string(filepath.Separator)
	names := strings.Split(strings.Trim(path, at), at)
	for i, name := range append([]string{""}, names...) {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return unlessUnreachable(err)
		}
		if owner := ownerOf(info); owner != 0 && owner != os.Geteuid() {
			return release.Errorf(release.InvalidRequest, "%s belongs to the user with the ID %d, who can put other files in the place of %s: name a folder with --data that only you can change", at, owner, w.to)
		}
		if info.Mode().Type() == fs.ModeSymlink {
			return w.followLink(at, names[i:], links)
		}
		if err := w.enter(at, info, i == len(names)); err != nil {
			return err
		}
	}
	return nil
}

// followLink starts again at a link's target, which has other folders above it.
func (w way) followLink(link string, rest []string, links int) error {
	if links == 0 {
		return release.Errorf(release.InvalidRequest, "%s leads through more than %d symbolic links: name another folder with --data", w.to, maxLinks)
	}
	target, err := os.Readlink(link)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(link), target)
	}
	w.closed = false
	return w.follow(filepath.Join(append([]string{target}, rest...)...), links-1)
}

// enter refuses a folder in which another user can replace the next one, or the content of the last
// one.
func (w *way) enter(at string, info fs.FileInfo, isLast bool) error {
	w.closed = w.closed || ownerOf(info) == os.Geteuid() && info.IsDir() && info.Mode()&othersEnter == 0
	if w.closed || info.Mode()&othersWrite == 0 || !isLast && info.Mode()&fs.ModeSticky != 0 {
		return nil
	}
	who := "every user"
	if info.Mode()&othersWrite == groupWrites {
		who = fmt.Sprintf("the group with the ID %d", groupOf(info))
	}
	return release.Errorf(release.InvalidRequest, "%s can write to %s (its mode is %04o), and so could put programs in %s that run as you: `chmod go-w %s` forbids it, or name another folder with --data", who, at, info.Mode().Perm(), w.to, at)
}

// unlessUnreachable ignores a missing or unreadable file, which fails when the path is used.
func unlessUnreachable(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return err
}

func ownerOf(info fs.FileInfo) int {
	if status, isUnix := info.Sys().(*syscall.Stat_t); isUnix {
		return int(status.Uid)
	}
	return -1
}

func groupOf(info fs.FileInfo) int {
	if status, isUnix := info.Sys().(*syscall.Stat_t); isUnix {
		return int(status.Gid)
	}
	return -1
}
