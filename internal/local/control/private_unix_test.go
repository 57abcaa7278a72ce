//go:build unix

package control

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/release"
)

// A private folder is top/above/data, and link leads to it through top/links, beside it.
func TestCheckPrivateLooksAtEveryFolderOnTheWay(t *testing.T) {
	for name, test := range map[string]struct {
		change func(top string) error
		says   string // "" if it is private
	}{
		"private":               {func(string) error { return nil }, ""},
		"all write above":       {func(top string) error { return os.Chmod(filepath.Join(top, "above"), 0o777) }, "every user can write to TOP/above"},
		"all write at the top":  {func(top string) error { return os.Chmod(top, 0o757) }, "every user can write to TOP "},
		"a group writes above":  {func(top string) error { return os.Chmod(filepath.Join(top, "above"), 0o775) }, "the group with the ID"},
		"sticky above, as /tmp": {func(top string) error { return os.Chmod(filepath.Join(top, "above"), 0o777|fs.ModeSticky) }, ""},
		"sticky itself":         {func(top string) error { return os.Chmod(filepath.Join(top, "above/data"), 0o777|fs.ModeSticky) }, "every user can write to TOP/above/data"},
		"closed above": {func(top string) error {
			return errors.Join(os.Chmod(top, 0o700), os.Chmod(filepath.Join(top, "above"), 0o777))
		}, ""},
		"all write beside the link": {func(top string) error { return os.Chmod(filepath.Join(top, "links"), 0o777) }, "every user can write to TOP/links"},
		"another user's above":      {func(top string) error { return os.Chown(filepath.Join(top, "above"), 12345, -1) }, "TOP/above belongs to the user with the ID 12345"},
		"another user's link":       {func(top string) error { return os.Lchown(filepath.Join(top, "links/link"), 12345, -1) }, "TOP/links/link belongs to the user with the ID 12345"},
		"not there yet":             {func(top string) error { return os.Remove(filepath.Join(top, "above/data")) }, ""},
		"a link to itself": {func(top string) error {
			return errors.Join(os.Remove(filepath.Join(top, "above/data")), os.Symlink("data", filepath.Join(top, "above/data")))
		}, "more than 40 symbolic links"},
	} {
		top := t.TempDir()
		err := errors.Join(os.Chmod(filepath.Dir(top), 0o755), os.Chmod(top, 0o755), // the tests' folder keeps others out
			os.MkdirAll(filepath.Join(top, "above/data"), 0o755), os.Mkdir(filepath.Join(top, "links"), 0o755),
			os.Symlink("../above", filepath.Join(top, "links/link")), test.change(top))
		if errors.Is(err, fs.ErrPermission) {
			continue // only root gives files away
		}
		if err != nil {
			t.Fatal(err)
		}
		checkedTop, err := filepath.EvalSymlinks(top)
		if err != nil {
			t.Fatal(err)
		}
		err = CheckPrivate(filepath.Join(top, "links/link/data"))
		says := strings.ReplaceAll(test.says, "TOP", checkedTop)
		if test.says == "" && err != nil || test.says != "" && (release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "--data")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFindRefusesWhatIsNoPrivateFolder(t *testing.T) {
	shared := t.TempDir()
	file := filepath.Join(shared, "file")
	if err := errors.Join(os.Chmod(filepath.Dir(shared), 0o755), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, data := range []string{file, filepath.Join(file, "below")} {
		if _, err := Find(data); release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "is a file") {
			t.Errorf("%s: %v", data, err)
		}
	}
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(filepath.Join(shared, "data")); release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "every user can write") {
		t.Errorf("below a folder of all: %v", err)
	}
}
