package process

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tarOf makes an archive of a listing, an entry a line: its type, its name and, for links, where they
// lead. A file's content is its name. Nil for what no archive can hold.
func tarOf(listing string) []byte {
	var packed bytes.Buffer
	entries := tar.NewWriter(&packed)
	for line := range strings.Lines(listing) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		name, target, _ := strings.Cut(rest, " ")
		types := map[string]byte{"file": tar.TypeReg, "folder": tar.TypeDir, "link": tar.TypeSymlink, "hard": tar.TypeLink, "pipe": tar.TypeFifo}
		header := &tar.Header{Typeflag: types[kind], Name: name, Linkname: target, Mode: 0o644}
		if kind == "file" {
			header.Size = int64(len(name))
		}
		if entries.WriteHeader(header) != nil {
			return nil
		}
		if _, err := entries.Write([]byte(name[:header.Size])); err != nil {
			return nil
		}
	}
	if entries.Close() != nil {
		return nil
	}
	return packed.Bytes()
}

const wellMeant = "file install.sh\nfile lib/deep/x\nlink lib/y deep/x\nfolder empty"

var hostile = map[string]string{
	"a file above":            "file ../kept",
	"an absolute file":        "file /tmp/photogallery-was-here",
	"a file through a link":   "link out ..\nfile out/kept",
	"a folder through a link": "link out ../other\nfolder out/folder",
	"a link through a link":   "link out ..\nlink out/kept x",
	"a hard link":             "hard a ../kept",
	"a pipe":                  "pipe a",
	"a name given twice":      "file a\nfile a",
}

func TestAHostileArchiveIsRefused(t *testing.T) {
	for name, listing := range hostile {
		t.Run(name, func(t *testing.T) {
			if err := extractAside(t, tarOf(listing)); err == nil {
				t.Error("it was unpacked")
			}
		})
	}
	if err := extractAside(t, tarOf(wellMeant)); err != nil {
		t.Error(err)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(wellMeant)
	for _, listing := range hostile {
		f.Add(listing)
	}
	f.Fuzz(func(t *testing.T, listing string) {
		_ = extractAside(t, tarOf(listing)) // it may be refused; what it does elsewhere is at stake
	})
}

// A bundle comes from a bucket: its bytes may be anything.
func FuzzUnpackBundle(f *testing.F) {
	for _, listing := range hostile {
		f.Add(gzipped(f, tarOf(listing)))
	}
	whole := gzipped(f, tarOf(wellMeant))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(gzipped(f, nil))
	f.Fuzz(func(t *testing.T, bundle []byte) {
		file := filepath.Join(t.TempDir(), "bundle.tar.gz")
		if err := os.WriteFile(file, bundle, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = aside(t, func(inside string) error { return unpackBundle(file, inside) }) // as above
	})
}

func gzipped(f *testing.F, content []byte) []byte {
	var packed bytes.Buffer
	compressed := gzip.NewWriter(&packed)
	if _, err := compressed.Write(content); err != nil {
		f.Fatal(err)
	}
	if err := compressed.Close(); err != nil {
		f.Fatal(err)
	}
	return packed.Bytes()
}

func extractAside(t *testing.T, archive []byte) error {
	t.Helper()
	return aside(t, func(inside string) error { return extract(tar.NewReader(bytes.NewReader(archive)), inside) })
}

// aside unpacks into a folder and fails the test if anything beside it has changed.
func aside(t *testing.T, unpack func(inside string) error) error {
	t.Helper()
	around := t.TempDir()
	inside, kept := filepath.Join(around, "inside"), filepath.Join(around, "kept")
	if err := os.Mkdir(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := unpack(inside)
	if entries, err := os.ReadDir(around); err != nil || len(entries) != 2 {
		t.Errorf("beside the folder there are %v, %v", entries, err)
	}
	if content, err := os.ReadFile(kept); err != nil || string(content) != "as it was" {
		t.Errorf("a file beside the folder is %q, %v", content, err)
	}
	return refused
}
