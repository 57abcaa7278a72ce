//go:build unix && !linux

package process

import "syscall"

// adoptOrphans does nothing: only Linux has such a process. What leaves its command's group is lost.
func adoptOrphans() {}

func groupAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func (k keeper) family() []int {
	if syscall.Kill(-k.pid, 0) != nil {
		return nil
	}
	return []int{-k.pid}
}

// descendants returns the command alone.
func descendants(of int) []int { return nil }
