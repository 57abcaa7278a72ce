package local

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// logsOf makes logs of some bytes each, each a minute older than the one before, and prunes them.
func logsOf(t *testing.T, count int, bytes int64) (kept []string) {
	t.Helper()
	folder := t.TempDir()
	for i := range count {
		path := filepath.Join(folder, fmt.Sprintf("i-%03d.log", i))
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		written := time.Now().Add(time.Duration(-i) * time.Minute)
		if err := os.Truncate(path, bytes); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
	}
	if err := pruneLogs(folder); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		kept = append(kept, filepath.Base(path))
	}
	return kept
}

func TestLogsKeepOnlyTheLatest(t *testing.T) {
	if kept := logsOf(t, maxLogs+3, 10); len(kept) != maxLogs || slices.Contains(kept, "i-200.log") {
		t.Errorf("of many: %d, to %s", len(kept), kept[len(kept)-1])
	}
	if kept := logsOf(t, 5, maxLogBytes/2); !slices.Equal(kept, []string{"i-000.log", "i-001.log"}) {
		t.Errorf("of large ones: %v", kept)
	}
	if kept := logsOf(t, 0, 0); len(kept) != 0 {
		t.Errorf("of none: %v", kept)
	}
}
