package process

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// serviceFolder is a kind of folder that systemd makes for a service.
// https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html#RuntimeDirectory=
type serviceFolder struct {
	directive, parent string
	goes              bool // removed at the service's end
}

var serviceFolders = []serviceFolder{
	{"RuntimeDirectory", "/run", true},
	{"StateDirectory", "/var/lib", false},
	{"CacheDirectory", "/var/cache", false},
	{"LogsDirectory", "/var/log", false},
}

// folders holds a unit's folders of one kind.
type folders struct {
	serviceFolder
	names []string // below the parent, sorted as systemd does
	mode  fs.FileMode
}

func defaultFolders() (all []folders) {
	for _, kind := range serviceFolders {
		all = append(all, folders{serviceFolder: kind, mode: 0o755})
	}
	return all
}

// paths returns the absolute paths on the instance's disk.
func (f folders) paths() (paths []string) {
	for _, name := range f.names {
		paths = append(paths, f.parent+"/"+name)
	}
	return paths
}

// variable returns the environment variable with the folders, such as STATE_DIRECTORY.
func (f folders) variable(root string) string {
	var there []string
	for _, path := range f.paths() {
		there = append(there, root+path)
	}
	return strings.ToUpper(strings.TrimSuffix(f.directive, "Directory")) + "_DIRECTORY=" + strings.Join(there, ":")
}

func readFolders(directive string) func(*Unit, string) error {
	return func(u *Unit, value string) error {
		f := u.folders(directive)
		if value == "" {
			f.names = nil
			return nil
		}
		for _, name := range strings.Fields(value) {
			if !filepath.IsLocal(name) || path.Clean(name) != name || name == "." || strings.ContainsAny(name, `%:"'\`) {
				return errors.New("give names below " + f.parent + ", such as app or app/data, without .., colons, quotes and specifiers")
			}
			f.names = append(f.names, name)
		}
		slices.SortFunc(f.names, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
		f.names = slices.Compact(f.names)
		return nil
	}
}

func readFolderMode(directive string) func(*Unit, string) error {
	return func(u *Unit, value string) error {
		mode, err := strconv.ParseUint(value, 8, 9)
		if err != nil || mode&0o700 != 0o700 {
			return errors.New("give a mode in octal that leaves its owner all rights, such as 0750")
		}
		u.folders(directive).mode = fs.FileMode(mode)
		return nil
	}
}

func (u *Unit) folders(directive string) *folders {
	at := slices.IndexFunc(u.Folders, func(f folders) bool { return f.directive == directive })
	return &u.Folders[at]
}

// makeFolders makes missing folders, and sets the mode of all as the unit says.
func (s *service) makeFolders() error {
	for _, f := range s.unit.Folders {
		for _, path := range f.paths() {
			folder := filepath.Join(s.root, path)
			if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, f.mode)); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeFolders removes the folders that go with the service's end.
func (s *service) removeFolders() (err error) {
	for _, f := range s.unit.Folders {
		for _, path := range f.paths() {
			if f.goes {
				err = errors.Join(err, os.RemoveAll(filepath.Join(s.root, path)))
			}
		}
	}
	return err
}

// folderVariables returns the environment variables with the folders.
func (s *service) folderVariables() (variables []string) {
	for _, f := range s.unit.Folders {
		if len(f.names) > 0 {
			variables = append(variables, f.variable(s.root))
		}
	}
	return variables
}

// inRoot maps the paths in the texts to the instance's disk. The unit's own folders count as
// existing.
func (s *service) inRoot(texts []string) []string {
	own := []string{installDir}
	for _, f := range s.unit.Folders {
		own = append(own, f.paths()...)
	}
	there := make([]string, len(texts))
	for i, text := range texts {
		there[i] = inRoot(s.root, own, text)
	}
	return there
}
