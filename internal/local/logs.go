package local

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The limits for logs of instances that are gone.
const (
	maxLogs     = 200
	maxLogBytes = 32 << 20
)

// A running instance's log is cut to its last keptLogBytes when it exceeds longLogBytes.
const (
	longLogBytes = 8 << 20
	keptLogBytes = 4 << 20
	logsLook     = 5 * time.Second
	longestFirst = 4 << 10 // bytes of the first line
)

// trimLogs shortens long logs. Services append, so they continue at the new end.
func (l *Local) trimLogs() {
	ticker := time.NewTicker(logsLook)
	defer ticker.Stop()
	for {
		select {
		case <-l.stack.Cloud.Fabric.Context().Done():
			return
		case <-ticker.C:
		}
		if err := trimLogs(filepath.Join(l.options.Data, "logs")); err != nil {
			l.options.Log.Error("logs cannot be shortened", "reason", err)
		}
	}
}

func trimLogs(folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.log"))
	for _, path := range paths {
		err = errors.Join(err, trimLog(path))
	}
	return err
}

// trimLog cuts at the end of a line, and keeps the first one, which names the release. Lines written
// during the cut may be lost.
func trimLog(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() <= longLogBytes {
		return err
	}
	tail := make([]byte, keptLogBytes)
	n, err := file.ReadAt(tail, info.Size()-keptLogBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, tail, _ = bytes.Cut(tail[:n], []byte("\n"))
	first, err := bufio.NewReader(io.NewSectionReader(file, 0, longestFirst)).ReadBytes('\n')
	if err != nil {
		first = nil // it is no line of ours
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(slices.Concat(first, []byte("[earlier lines are gone]\n"), tail), 0)
	return err
}

// pruneLogs deletes the oldest logs beyond the limits. It must be called before any instance boots.
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
		if total += one.bytes; i < maxLogs && total <= maxLogBytes {
			continue
		}
		if err := removed(one.path); err != nil {
			return err
		}
	}
	return nil
}
