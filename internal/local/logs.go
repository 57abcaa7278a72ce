package local

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// What is kept of the logs of instances that are gone.
const (
	mostLogs     = 200
	mostLogBytes = 32 << 20
)

// pruneLogs deletes the oldest logs beyond what is kept. It is called before any instance boots.
func pruneLogs(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.log"))
	if err != nil {
		return err
	}
	type log struct {
		path    string
		written time.Time
		bytes   int64
	}
	var logs []log
	for _, path := range paths {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		logs = append(logs, log{path, info.ModTime(), info.Size()})
	}
	slices.SortFunc(logs, func(a, b log) int { return b.written.Compare(a.written) })
	var total int64
	for i, one := range logs {
		if total += one.bytes; i < mostLogs && total <= mostLogBytes {
			continue
		}
		if err := removed(one.path); err != nil {
			return err
		}
	}
	return nil
}
