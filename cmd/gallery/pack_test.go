package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/release"
)

func TestBundleProblemsAreReportedTogether(t *testing.T) {
	folder := t.TempDir()
	unit := "[Service]\nExecStart=/opt/photogallery/x\nSockets=a.socket\n"
	if err := os.WriteFile(filepath.Join(folder, "x.service"), []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	err := packFolder(t.Context(), folder, &packed)
	if release.CodeOf(err) != release.InvalidRequest || packed.Len() > 0 {
		t.Fatalf("got %v and %d bytes", err, packed.Len())
	}
	for _, want := range []string{"Sockets=a.socket is not honored", "no install.sh"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "install.sh"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := packFolder(t.Context(), folder, &packed); release.CodeOf(err) != release.InvalidRequest || packed.Len() > 0 {
		t.Errorf("with the unit alone wrong: %v and %d bytes", err, packed.Len())
	}
	if err := os.WriteFile(filepath.Join(folder, "x.service"), []byte("[Service]\nExecStart=/opt/photogallery/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := packFolder(t.Context(), folder, &packed); err != nil || packed.Len() == 0 {
		t.Errorf("with nothing wrong: %v and %d bytes", err, packed.Len())
	}
}
