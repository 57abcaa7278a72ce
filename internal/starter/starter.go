// Package starter has the bundles that `gallery init` writes, in a folder for each kind. The files of
// common/ are in all of them.
package starter

import (
	"embed"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"photogallery/release"
)

//go:embed all:common flask gunicorn node static go
var files embed.FS

// layers lists the folders of each kind. A file of a later folder takes the place of an earlier one's.
var layers = map[string][]string{
	"flask":    {"common", "flask"},
	"gunicorn": {"common", "flask", "gunicorn"},
	"node":     {"common", "node"},
	"static":   {"common", "static"},
	"go":       {"common", "go"},
}

// Kinds returns the names of the kinds, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(layers)) }

// Write writes the bundle of a kind into a folder, which it makes if there is none, and returns the
// names of its files. It is an error that names all of them if files are in the way.
func Write(kind, folder string) (names []string, err error) {
	if layers[kind] == nil {
		return nil, release.Errorf(release.InvalidRequest, "there is no kind %q; give one of %s", kind, strings.Join(Kinds(), ", "))
	}
	bundle, err := read(layers[kind])
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the folder %s cannot be made: %w; give another", folder, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names = slices.Sorted(maps.Keys(bundle))
	if taken := inTheWay(root, names); len(taken) > 0 {
		return nil, release.Errorf(release.InvalidRequest, "in %s these are in the way: %s; nothing was written: give an empty folder, or move them", folder, strings.Join(taken, ", "))
	}
	for _, name := range names {
		if err := write(root, name, bundle[name]); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// read returns the contents of the folders' files by their names in a bundle.
func read(folders []string) (map[string][]byte, error) {
	bundle := map[string][]byte{}
	for _, folder := range folders {
		err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := files.ReadFile(name)
			bundle[target(strings.TrimPrefix(name, folder+"/"))] = content
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return bundle, nil
}

// target returns the name in a bundle. A folder that has a go.mod is another module, whose files
// cannot be embedded here.
func target(name string) string {
	if name == "go.mod.txt" {
		return "go.mod"
	}
	return name
}

// inTheWay lists what is there already, and another unit, as a bundle has one.
func inTheWay(root *os.Root, names []string) (taken []string) {
	for _, name := range names {
		for part := name; part != "."; part = path.Dir(part) {
			info, err := root.Lstat(part)
			if err == nil && (part == name || !info.IsDir()) {
				taken = append(taken, part)
			}
		}
	}
	units, _ := fs.Glob(root.FS(), "*.service") // the pattern is a valid one
	taken = append(taken, units...)
	slices.Sort(taken)
	return slices.Compact(taken)
}

func write(root *os.Root, name string, content []byte) error {
	mode := fs.FileMode(0o644)
	if path.Ext(name) == ".sh" {
		mode = 0o755
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}
