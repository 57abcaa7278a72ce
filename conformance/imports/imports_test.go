// Package imports holds the import rules of the rooms, which stand in the linter's configuration, without the linter.
package imports

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	root   = "../.."
	module = "photogallery/"
)

// free are the rooms that may import all: what proves, and what is for this repository alone.
var free = []string{"conformance", "docs", "examples", "tools"}

// room is a folder and what of ours its packages may import.
type room struct {
	folder string
	allow  []string
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	rooms := rules(t)
	for name, imports := range packages(t) {
		if within(name, free) {
			continue
		}
		of := roomOf(name, rooms)
		if of == nil {
			t.Errorf("%s is in no room: give it a rule in .golangci.yml", name)
			continue
		}
		for _, imported := range imports {
			if !within(imported, append(of.allow, of.folder)) {
				t.Errorf("%s imports %s: %s may import %s", name, imported, of.folder, strings.Join(of.allow, ", "))
			}
		}
	}
}

// rules reads depguard's.
func rules(t *testing.T) (rooms []room) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct{ Files, Allow []string }
				}
			}
		}
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	for _, rule := range config.Linters.Settings.Depguard.Rules {
		for _, glob := range rule.Files {
			folder, whole := strings.CutSuffix(strings.TrimPrefix(glob, "**/"), "/**")
			if !whole {
				continue
			}
			of := room{folder: folder}
			for _, allowed := range rule.Allow {
				of.allow = append(of.allow, strings.TrimPrefix(allowed, module))
			}
			rooms = append(rooms, of)
		}
	}
	return rooms
}

// packages maps each folder with Go files to what of ours they import, tests apart.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "node_modules" || len(path) > 1 && strings.HasPrefix(entry.Name(), ".")) {
			return cmp.Or(err, fs.SkipDir)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		found[folder] = append(found[folder], ours(parsed)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range found {
		slices.Sort(found[folder])
		found[folder] = slices.Compact(found[folder])
	}
	return found
}

func ours(file *ast.File) (names []string) {
	for _, spec := range file.Imports {
		if name, is := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); is {
			names = append(names, name)
		}
	}
	return names
}

// roomOf returns the innermost room of a package, or nil if it is in none.
func roomOf(name string, rooms []room) (innermost *room) {
	for i, of := range rooms {
		if within(name, []string{of.folder}) && (innermost == nil || len(of.folder) > len(innermost.folder)) {
			innermost = &rooms[i]
		}
	}
	return innermost
}

func within(name string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") })
}
