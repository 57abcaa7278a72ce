package recipe_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
)

// bundleFolder returns a folder that is a bundle, with more than one needs.
func bundleFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "bundle")
	for name, content := range map[string]string{
		"install.sh": "#!/bin/sh\n", "app.service": "[Service]\n", "lib/deep/a": "A", "lib/b": "B", "lib.txt": "T",
		".git/HEAD": "ref", "lib/__pycache__/a.pyc": "pyc", ".venv/bin/python": "", ".DS_Store": "",
	} {
		write(t, filepath.Join(folder, name), content)
	}
	for _, plain := range []string{"app.service", "lib/b"} {
		if err := os.Chmod(filepath.Join(folder, plain), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("deep/a", filepath.Join(folder, "lib/link")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func packed(t *testing.T, folder string) []byte {
	t.Helper()
	var bundle bytes.Buffer
	if err := recipe.Pack(folder, &bundle); err != nil {
		t.Fatal(err)
	}
	return bundle.Bytes()
}

// listing lists the entries of a bundle, a line each.
func listing(t *testing.T, bundle []byte) (lines []string) {
	t.Helper()
	content, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		t.Fatal(err)
	}
	entries := tar.NewReader(content)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(entries)
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(time.Unix(0, 0)) || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s tells of %v, %d, %q", header.Name, header.ModTime, header.Uid, header.Uname)
		}
		if len(body) > 9 {
			body = body[:9]
		}
		lines = append(lines, fmt.Sprintf("%o %s%s %q", header.Mode, header.Name, header.Linkname, body))
	}
}

func TestBundleHoldsTheFilesOfItsFolderInOrder(t *testing.T) {
	want := []string{
		`644 app.service "[Service]"`, `755 install.sh "#!/bin/sh"`, `755 lib.txt "T"`,
		`644 lib/b "B"`, `755 lib/deep/a "A"`, `644 lib/linkdeep/a ""`,
	}
	if diff := cmp.Diff(want, listing(t, packed(t, bundleFolder(t)))); diff != "" {
		t.Error(diff)
	}
}

func TestBundleOfTheSameFilesHasTheSameBytes(t *testing.T) {
	folder := bundleFolder(t)
	first := packed(t, folder)
	later := time.Now().Add(time.Hour)
	for _, name := range []string{"install.sh", "lib", "lib/deep/a"} {
		if err := os.Chtimes(filepath.Join(folder, name), later, later); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(folder, "lib/b"), 0o644); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder, linked); err != nil {
		t.Fatal(err)
	}
	for _, same := range []string{bundleFolder(t), folder, linked} {
		if !bytes.Equal(first, packed(t, same)) {
			t.Errorf("%s makes other bytes", same)
		}
	}
	write(t, filepath.Join(folder, "lib/b"), "C")
	if bytes.Equal(first, packed(t, folder)) {
		t.Error("other content makes the same bytes")
	}
}

func TestPackRefusesAFolderThatIsNotABundle(t *testing.T) {
	tests := map[string]struct {
		spoil func(t *testing.T, folder string)
		says  []string
	}{
		"no folder":         {func(t *testing.T, folder string) { must(t, os.RemoveAll(folder)) }, []string{"no such file"}},
		"a file":            {func(t *testing.T, folder string) { must(t, os.RemoveAll(folder)); write(t, folder, "") }, []string{"not a directory"}},
		"nothing":           {func(t *testing.T, folder string) { must(t, os.RemoveAll(folder)); must(t, os.Mkdir(folder, 0o700)) }, []string{"no install.sh", "no systemd unit"}},
		"two units":         {func(t *testing.T, folder string) { write(t, filepath.Join(folder, "b.service"), "") }, []string{"2 systemd units, app.service, b.service; give it one"}},
		"links that leave":  {addLinks, []string{"the link absolute leads to /etc/hosts", "the link above leads to ../x", "the link around leads to lib/up/../..", "the link nowhere leads to gone"}},
		"ends of Windows":   {func(t *testing.T, folder string) { write(t, filepath.Join(folder, "run.sh"), "#!/bin/sh\r\n") }, []string{"run.sh has the line ends of Windows"}},
		"a socket":          {addSocket, []string{"s is neither a file nor a link"}},
		"a name with a tab": {func(t *testing.T, folder string) { write(t, filepath.Join(folder, "a\tb"), "") }, []string{`the name "a\tb"`}},
		"no unit is packed": {ignoring("# units\n\n*.service"), []string{"line 3 of .galleryignore, *.service, leaves out app.service, which a bundle needs"}},
		"no script, either": {ignoring("/install.*\n"), []string{"line 1 of .galleryignore, /install.*, leaves out install.sh, which"}},
		"unknown patterns": {ignoring("!lib/\nlib/**\n[a\n/\n../x\n"), []string{
			"line 1 of .galleryignore, !lib/, takes something back", "line 2 of .galleryignore, lib/**, has **", "line 3 of .galleryignore, [a, is no pattern",
			"line 4 of .galleryignore, /, is no", "line 5 of .galleryignore, ../x, is no",
		}},
		"many patterns":  {ignoring(strings.Repeat("build/\n", 10_000)), []string{".galleryignore has more than 65536 bytes"}},
		"too large":      {addLargeFile, []string{"together; a bundle's have at most 524288000"}},
		"too many files": {addManyFiles, []string{"more than 10000 files"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := bundleFolder(t)
			test.spoil(t, folder)
			var written bytes.Buffer
			err := recipe.Pack(folder, &written)
			var unfit *recipe.BundleError
			if !errors.As(err, &unfit) || unfit.Folder != folder || written.Len() > 0 {
				t.Fatalf("got %v and %d bytes", err, written.Len())
			}
			for _, want := range test.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
}

func ignoring(lines string) func(*testing.T, string) {
	return func(t *testing.T, folder string) { write(t, filepath.Join(folder, recipe.IgnoreFile), lines) }
}

func TestIgnoreFileLeavesOut(t *testing.T) {
	for lines, left := range map[string][]string{
		"":                  nil,
		"b\n":               {"lib/b"},
		"*b\r\n  lib.t?t  ": {"lib", "lib.txt"}, // a folder with all that is in it
		"deep/":             {"lib/deep/a"},
		"lib.txt/":          nil,
		"/a":                nil,
		"lib/[bc]":          {"lib/b"},
		"deep/a":            nil, // a pattern with a slash begins in the bundle's folder
		"lib/*/a\n":         {"lib/deep/a"},
		"#b":                nil,
	} {
		folder := bundleFolder(t)
		whole := listing(t, packed(t, folder))
		must(t, os.Remove(filepath.Join(folder, "lib/link"))) // a link needs what it leads to
		want := slices.DeleteFunc(whole, func(line string) bool {
			return strings.Contains(line, " lib/link") || slices.ContainsFunc(left, func(name string) bool {
				return strings.Contains(line, " "+name+" ") || strings.Contains(line, " "+name+"/")
			})
		})
		ignoring(lines)(t, folder)
		if diff := cmp.Diff(want, listing(t, packed(t, folder))); diff != "" {
			t.Errorf("%q: %s", lines, diff)
		}
	}
}

// A unit that is not packed is none.
func TestUnitsAreThoseOfTheBundle(t *testing.T) {
	folder := bundleFolder(t)
	write(t, filepath.Join(folder, "b.service"), "")
	if diff := cmp.Diff([]string{"app.service", "b.service"}, recipe.Units(folder)); diff != "" {
		t.Error(diff)
	}
	ignoring("b.*")(t, folder)
	if diff := cmp.Diff([]string{"app.service"}, recipe.Units(folder)); diff != "" {
		t.Error(diff)
	}
	packed(t, folder)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func addLinks(t *testing.T, folder string) {
	links := map[string]string{"absolute": "/etc/hosts", "above": "../x", "nowhere": "gone", "lib/up": "..", "around": "lib/up/../.."}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		must(t, os.Symlink(links[name], filepath.Join(folder, name)))
	}
}

// addSocket listens by a short path: a socket's is limited.
func addSocket(t *testing.T, folder string) {
	t.Chdir(folder)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", "s")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
}

// addLargeFile adds one that is all hole.
func addLargeFile(t *testing.T, folder string) {
	write(t, filepath.Join(folder, "large"), "")
	must(t, os.Truncate(filepath.Join(folder, "large"), recipe.MaxBundleBytes))
}

func addManyFiles(t *testing.T, folder string) {
	for i := range recipe.MaxBundleFiles {
		must(t, os.WriteFile(filepath.Join(folder, "lib", fmt.Sprint(i)), nil, 0o600))
	}
}

func TestGalleryBundleHoldsItsProgramAndUnit(t *testing.T) {
	program := filepath.Join(t.TempDir(), "gallery")
	write(t, program, "program")
	var first, second bytes.Buffer
	must(t, recipe.GalleryBundle(program, &first))
	must(t, recipe.GalleryBundle(program, &second))
	want := []string{`644 install.sh "#!/bin/sh"`, `755 photogallery "program"`, `644 photogallery.service "[Unit]\nDe"`}
	if diff := cmp.Diff(want, listing(t, first.Bytes())); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same program makes other bytes")
	}
	if err := recipe.GalleryBundle(filepath.Join(t.TempDir(), "gone"), io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestBundleErrorIsShortAndTellsOnlyWhatWasSeen(t *testing.T) {
	folder := t.TempDir()
	for i := range recipe.MaxBundleFiles + 50 {
		write(t, filepath.Join(folder, fmt.Sprintf("%05d", i)), "")
	}
	err := recipe.Pack(folder, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "more than 10000 files") || strings.Contains(err.Error(), "install.sh") || strings.Contains(err.Error(), "unit") {
		t.Errorf("of a folder that was not read to its end: %v", err)
	}
	many := &recipe.BundleError{Folder: "f", Problems: strings.Split(strings.Repeat("p,", 905)+"p", ",")}
	if got := many.Error(); got != "the folder f is not a bundle: p; p; p; p; p; and 901 more" {
		t.Error(got)
	}
}
