//go:build unix && !linux

package process

import "syscall"

// adoptOrphans does nothing, because only Linux has subreapers. Processes that leave the command's
// group are lost.
func adoptOrphans() {}

func groupAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func (k keeper) family() []int {
	if syscall.Kill(-k.pid, 0) != nil {
		return nil
	}
	return []int{-k.pid}
}

// descendants returns only the command.
func descendants(of int) []int { return nil }
