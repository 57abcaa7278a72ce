package local

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestBaseImageIsAsOldAsTheLastChangeOfPackages(t *testing.T) {
	folder := t.TempDir()
	list, other, program := filepath.Join(folder, "status"), filepath.Join(folder, "rpmdb"), filepath.Join(folder, "gallery")
	at := func(path string, when time.Time) {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	when := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	at(program, when.AddDate(0, 0, 1))
	lists := []string{list, other}
	alone := baseOf(lists, program)
	if !alone.Created.Equal(when.AddDate(0, 0, 1)) {
		t.Errorf("without lists it is %+v", alone)
	}
	at(list, when)
	first := baseOf(lists, program)
	if !first.Created.Equal(when) || first != baseOf(lists, program) || len(first.ID) != len("ami-")+17 {
		t.Errorf("it is %+v", first)
	}
	at(list, when.Add(time.Hour))
	if upgraded := baseOf(lists, program); upgraded.ID == first.ID || !upgraded.Created.After(first.Created) {
		t.Errorf("after an upgrade it is %+v, and was %+v", upgraded, first)
	}
	at(other, when.Add(-time.Hour))
	if older := baseOf(lists, program); !older.Created.Equal(when.Add(time.Hour)) {
		t.Errorf("with an older list it is %+v", older)
	}
}
