package mutants

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// tree is a copy of the working tree, in which mutants are planted.
type tree struct {
	folder    string // holds all of it
	root      string
	temporary string // for what the checks leave behind
}

// installed is linked and not copied: nothing of it is changed.
var installed = []string{"node_modules", "conformance/.venv"}

// copyTree copies what git knows, and what is new and not ignored, as it is on the disk. Remove the
// copy in the end.
func copyTree(ctx context.Context, from string) (tree, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return tree{}, err
	}
	list := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = from
	names, err := list.Output()
	if err != nil {
		return tree{}, fmt.Errorf("list the files of %s: %w; run this at the root of a git checkout", from, err)
	}
	folder, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return tree{}, err
	}
	made := tree{folder, filepath.Join(folder, "tree"), filepath.Join(folder, "tmp")}
	if err := made.fill(from, names); err != nil {
		return tree{}, errors.Join(err, made.remove())
	}
	return made, nil
}

func (t tree) fill(from string, names []byte) error {
	if err := os.MkdirAll(t.temporary, 0o755); err != nil { //nolint:gosec // as any folder of a checkout
		return err
	}
	for name := range bytes.SplitSeq(bytes.TrimSuffix(names, []byte{0}), []byte{0}) {
		if slices.Contains(installed, string(name)) {
			continue // a link, which git does not ignore as it does the folder
		}
		// A file that was deleted and is not yet committed is absent.
		if err := copyFile(filepath.Join(from, string(name)), t.path(string(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range installed {
		if err := os.Symlink(filepath.Join(from, name), t.path(name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	about, err := os.Stat(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // as any folder of a checkout
		return err
	}
	return os.WriteFile(to, content, about.Mode().Perm())
}

func (t tree) path(name string) string { return filepath.Join(t.root, filepath.FromSlash(name)) }

// plant makes all edits of the mutant, or none. The function that it gives takes them back.
func (t tree) plant(m mutant) (heal func() error, err error) {
	before, after := map[string]string{}, map[string]string{}
	for _, e := range m.edits {
		if _, known := after[e.file]; !known {
			content, err := os.ReadFile(t.path(e.file))
			if err != nil {
				return nil, err
			}
			before[e.file], after[e.file] = string(content), string(content)
		}
		if after[e.file], err = e.apply(after[e.file]); err != nil {
			return nil, err
		}
	}
	heal = func() error { return t.overwrite(before) }
	if err := t.overwrite(after); err != nil {
		return nil, errors.Join(err, heal())
	}
	return heal, nil
}

func (t tree) overwrite(contents map[string]string) error {
	for file, content := range contents {
		if err := os.WriteFile(t.path(file), []byte(content), 0o644); err != nil { //nolint:gosec // it keeps the mode that it has
			return err
		}
	}
	return nil
}

func (t tree) remove() error { return os.RemoveAll(t.folder) }
