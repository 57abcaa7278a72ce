//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// terminate and kill reach a service's children too: it leads a process group of its own, which
// also keeps the terminal's Ctrl-C from it.
func terminate(pid int) { _ = syscall.Kill(-pid, syscall.SIGTERM) }

func kill(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// isThere tells whether any process of the group is left.
func isThere(group int) bool { return syscall.Kill(-group, 0) == nil }

func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = groupAttributes()
}
