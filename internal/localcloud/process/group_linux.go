package process

import "syscall"

// groupAttributes also ends the service should this process be killed without a chance to.
func groupAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
