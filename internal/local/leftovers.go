package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

// endLeftovers ends the processes and removes the folders of machines that a killed `gallery up` on
// this data folder has left. It recognizes a service by its home folder, which is its machine's.
// Only Linux shows that, and elsewhere it ends nothing.
func endLeftovers(data string) error {
	machines, err := filepath.Abs(filepath.Join(data, "machines"))
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(machines)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil // it ended normally, or never ran
	}
	if err != nil {
		return err
	}
	all, err := gopsutil.Processes()
	if err != nil {
		return fmt.Errorf("look for processes of a killed `gallery up`: %w", err)
	}
	var left []*gopsutil.Process
	for _, one := range all {
		if livesIn(one, machines) {
			left = append(left, one)
			err = errors.Join(err, killed(one))
		}
	}
	for _, one := range left {
		err = errors.Join(err, awaitEnd(one))
	}
	return errors.Join(err, os.RemoveAll(machines))
}

// removeUnfinished removes files that were not complete when a `gallery up` and its services ended.
// Here and in the gallery a file gets its name when it is complete.
func removeUnfinished(data string) (err error) {
	for _, pattern := range []string{"*.partial", "photos/*/*.tmp"} {
		unfinished, globErr := filepath.Glob(filepath.Join(data, pattern))
		err = errors.Join(err, globErr)
		for _, path := range unfinished {
			err = errors.Join(err, removed(path))
		}
	}
	return err
}

func livesIn(one *gopsutil.Process, machines string) bool {
	environment, err := one.Environ()
	if err != nil {
		return false // another user's
	}
	for _, variable := range environment {
		if home, isHome := strings.CutPrefix(variable, "HOME="); isHome && strings.HasPrefix(home, machines+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

func killed(one *gopsutil.Process) error {
	if err := one.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end process %d of a killed `gallery up`: %w", one.Pid, err)
	}
	return nil
}

func awaitEnd(one *gopsutil.Process) error {
	const patience = 5 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if running, err := one.IsRunning(); err == nil && !running {
			return nil
		}
	}
	return fmt.Errorf("process %d of a killed `gallery up` does not end: end it and start again", one.Pid)
}
