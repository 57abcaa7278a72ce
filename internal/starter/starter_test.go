package starter_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/local/process"
	"photogallery/internal/starter"
	"photogallery/release"
)

func TestEachKindIsABundle(t *testing.T) {
	for _, kind := range starter.Kinds() {
		folder := filepath.Join(t.TempDir(), "new", "app")
		names, err := starter.Write(kind, folder)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for _, name := range []string{"VERSION", "app.service", "install.sh"} {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no %s: %v", kind, name, names)
			}
		}
		var packed bytes.Buffer
		if err := recipe.Pack(folder, &packed); err != nil || packed.Len() == 0 {
			t.Errorf("%s: %v", kind, err)
		}
		unit, err := os.Open(filepath.Join(folder, "app.service"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := process.ParseUnit("app.service", unit); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		_ = unit.Close() // it was only read
	}
}

// The kind gunicorn is the app of the kind flask, with another server.
func TestGunicornServesTheAppOfFlask(t *testing.T) {
	flask, gunicorn := t.TempDir(), t.TempDir()
	for kind, folder := range map[string]string{"flask": flask, "gunicorn": gunicorn} {
		if _, err := starter.Write(kind, folder); err != nil {
			t.Fatal(err)
		}
	}
	for name, same := range map[string]bool{"app.py": true, "install.sh": true, "requirements.txt": false, "run.sh": false} {
		if bytes.Equal(read(t, flask, name), read(t, gunicorn, name)) != same {
			t.Errorf("%s is the same: want %v", name, same)
		}
	}
	if pinned := read(t, gunicorn, "requirements.txt"); !bytes.HasPrefix(pinned, read(t, flask, "requirements.txt")) {
		t.Errorf("the packages of Flask are others:\n%s", pinned)
	}
}

// What the lesson's app was tried with is what a new app gets.
func TestFlaskIsTheLessons(t *testing.T) {
	folder := t.TempDir()
	if _, err := starter.Write("flask", folder); err != nil {
		t.Fatal(err)
	}
	if lesson := read(t, "../../examples/lesson", "requirements.txt"); !bytes.Equal(lesson, read(t, folder, "requirements.txt")) {
		t.Errorf("the lesson has\n%s", lesson)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	folder := t.TempDir()
	own := map[string]string{"install.sh": "mine", "other.service": "mine", "templates": "a file"}
	for name, content := range own {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(folder, "app.py")); err != nil {
		t.Fatal(err)
	}
	_, err := starter.Write("flask", folder)
	if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "app.py, install.sh, other.service, templates;") {
		t.Errorf("got %v", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(own)+1 {
		t.Errorf("there are %v, %v", entries, err)
	}
	for name, content := range own {
		if got := string(read(t, folder, name)); got != content {
			t.Errorf("%s is %q now", name, got)
		}
	}
}

func TestUnfitRequestsAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ kind, folder, want string }{
		{"django", t.TempDir(), `"django"; give one of flask, go, gunicorn, node, static`},
		{"go", file, file},
	} {
		if _, err := starter.Write(test.kind, test.folder); release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s in %s: %v", test.kind, test.folder, err)
		}
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
