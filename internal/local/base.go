package local

import (
	"os"
	"strconv"
	"time"

	"photogallery/internal/stack"
	"photogallery/release"
)

// packageLists are the files that package managers write when they install or upgrade something:
// those of Debian, of Amazon Linux and Fedora, of Alpine, of Arch and of macOS.
var packageLists = []string{
	"/var/lib/dpkg/status", "/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite",
	"/lib/apk/db/installed", "/var/lib/pacman/local", "/Library/Receipts/InstallHistory.plist",
}

// baseOf returns the base image of builders on this machine. It is the machine itself: its age is
// the time since its packages changed, and a change makes a newer one. A machine whose packages
// nobody lists has the age of the program.
func baseOf(lists []string, program string) stack.Base {
	var newest stack.Base
	for _, path := range lists {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(newest.Created) {
			newest = asBase(path, info.ModTime())
		}
	}
	if info, err := os.Stat(program); newest.ID == "" && err == nil {
		newest = asBase("program", info.ModTime())
	}
	return newest
}

func asBase(of string, changed time.Time) stack.Base {
	changed = changed.UTC().Truncate(time.Second)
	return stack.Base{ID: "ami-" + release.Token("base", of, strconv.FormatInt(changed.Unix(), 10))[:17], Created: changed}
}

// offerBase publishes the present base image if it has changed.
func (l *Local) offerBase() {
	if now := baseOf(packageLists, l.options.Program); now != l.base {
		l.base = now
		l.stack.Offer(now)
	}
}
