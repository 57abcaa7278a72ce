package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"photogallery/internal/doctor"
)

func TestToolVersionIsReadFromTheFirstLine(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "speak"), []byte("#!/bin/sh\necho \" v1 \"\necho more\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	said, err := doctor.FirstLine(t.Context(), filepath.Join(folder, "speak"), "--version")
	if err != nil || said != "v1" {
		t.Errorf("%q, %v", said, err)
	}
	if _, err := doctor.FirstLine(t.Context(), filepath.Join(folder, "absent")); err == nil {
		t.Error("an absent program says something")
	}
}
