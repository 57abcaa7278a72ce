package local

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLeftoversOfWritesAreRemovedAndNothingElse(t *testing.T) {
	data := t.TempDir()
	kept := []string{"cloud.json", "photos/photos/a.jpg", "photos/samples-stored", "photos/thumbs/a.jpg", "upload.key"}
	for _, name := range append([]string{"bundle-1.partial", "cloud.json.partial", "photos/photos/b.jpg.1a2b.tmp", "photos/thumbs/b.jpg.3c.tmp"}, kept...) {
		path := filepath.Join(data, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeUnfinished(data); err != nil {
		t.Fatal(err)
	}
	var left []string
	err := filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, relErr := filepath.Rel(data, path)
			left, err = append(left, name), relErr
		}
		return err
	})
	if slices.Sort(left); err != nil || !slices.Equal(left, kept) {
		t.Errorf("%v is left, %v", left, err)
	}
}
