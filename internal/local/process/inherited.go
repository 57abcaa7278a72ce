package process

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// inherited is what a command inherits from its keeper, as text. "" keeps this process's value.
type inherited struct {
	umask string // in octal
	files string // the soft and the hard limit of open files, separated by a colon
}

// defaultUMask is systemd's umask for services.
// https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html#UMask=
const defaultUMask = "0022"

// fewestFiles is the limit that the keeper itself needs.
const fewestFiles = 64

func readUMask(u *Unit, value string) error {
	mask, err := strconv.ParseUint(value, 8, 9)
	if err != nil {
		return errors.New("give a mask in octal, such as 0027")
	}
	u.Inherited.umask = fmt.Sprintf("%04o", mask)
	return nil
}

// readOpenFiles reads one limit, or a soft and a hard one.
func readOpenFiles(u *Unit, value string) error {
	first, second, isPair := strings.Cut(value, ":")
	if !isPair {
		second = first
	}
	soft, err := openFiles(first)
	hard, err2 := openFiles(second)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	if soft > hard {
		return errors.New("the soft limit is above the hard one, and systemd ignores both")
	}
	u.Inherited.files = fmt.Sprintf("%d:%d", soft, hard)
	return nil
}

// infinity differs between systems, and is negative on some.
var infinity int64 = syscall.RLIM_INFINITY

func openFiles(value string) (uint64, error) {
	if value == "infinity" {
		return uint64(infinity), nil
	}
	limit, err := strconv.ParseUint(value, 10, 63)
	if err != nil || limit < fewestFiles {
		return 0, fmt.Errorf("give a number of files, %d or more, infinity, or a soft and a hard limit with a colon between", fewestFiles)
	}
	return limit, nil
}

// set sets the values for this process, whose children inherit them.
func (i inherited) set() error {
	if i.umask != "" {
		mask, err := strconv.ParseUint(i.umask, 8, 9)
		if err != nil {
			return err
		}
		syscall.Umask(int(mask))
	}
	if i.files == "" {
		return nil
	}
	var wanted syscall.Rlimit
	if _, err := fmt.Sscanf(i.files, "%d:%d", &wanted.Cur, &wanted.Max); err != nil {
		return err
	}
	return setOpenFiles(wanted)
}

// setOpenFiles sets as much as the account may have, as systemd does.
func setOpenFiles(wanted syscall.Rlimit) error {
	err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &wanted)
	if !errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	var allowed syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &allowed); err != nil {
		return err
	}
	wanted.Cur, wanted.Max = min(wanted.Cur, allowed.Max), min(wanted.Max, allowed.Max)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &wanted)
}
