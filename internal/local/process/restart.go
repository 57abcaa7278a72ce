package process

import (
	"errors"
	"syscall"
)

// startsAgain reports whether the unit starts a service again that ended so; nil is a success. What
// could not be started is a failure too.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Restart=
func (u *Unit) startsAgain(err error) bool {
	switch u.Restart {
	case "always":
		return true
	case "on-failure":
		return !isClean(err)
	default:
		return false
	}
}

// isClean reports whether systemd takes the end for a success: status 0, or one of four signals.
func isClean(err error) bool {
	var how ending
	if !errors.As(err, &how) {
		return err == nil
	}
	status := syscall.WaitStatus(how)
	if !status.Signaled() {
		return false
	}
	switch status.Signal() {
	case syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE:
		return true
	}
	return false
}
