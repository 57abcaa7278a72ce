package process

import (
	"errors"
	"syscall"
)

// startsAgain reports whether the unit restarts a service after an end; nil is a success. A failed
// start counts as a failure.
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

// isClean reports whether systemd regards the end as a success: status 0, or one of four signals.
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
