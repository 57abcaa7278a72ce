package process

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	limits "photogallery/gallery-ami/recipe"
)

// tarOf makes an archive of a listing, an entry a line: its type, its name and, for links, where they
// lead. A file's content is its name. Nil for what no archive can hold.
func tarOf(listing string) []byte {
	var packed bytes.Buffer
	entries := tar.NewWriter(&packed)
	for line := range strings.Lines(listing) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		name, target, _ := strings.Cut(rest, " ")
		types := map[string]byte{"file": tar.TypeReg, "folder": tar.TypeDir, "link": tar.TypeSymlink, "hard": tar.TypeLink, "pipe": tar.TypeFifo, "device": tar.TypeBlock, "large": tar.TypeReg}
		header := &tar.Header{Typeflag: types[kind], Name: name, Linkname: target, Mode: 0o644}
		if kind == "file" {
			header.Size = int64(len(name))
		}
		if kind == "large" { // and nothing of it there: reading on fails
			header.Size = limits.MaxBundleBytes + 1
			if entries.Flush() != nil {
				return nil
			}
			return append(packed.Bytes(), headerOf(header)...)
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

// many are entries of a kind, each with a name of its own.
func many(kind string, entries int) string {
	var listing strings.Builder
	for i := range entries {
		fmt.Fprintf(&listing, "%s %s%d x\n", kind, kind, i)
	}
	return listing.String()
}

func headerOf(header *tar.Header) []byte {
	var packed bytes.Buffer
	_ = tar.NewWriter(&packed).WriteHeader(header)
	return packed.Bytes()
}

const wellMeant = "file install.sh\nfile lib/deep/x\nlink lib/y deep/x\nfolder empty"

// hostile are refused by any unpacking, unfit by that of a bundle alone, which says why.
var (
	hostile = map[string]string{
		"a file above":            "file ../kept",
		"an absolute file":        "file /tmp/photogallery-was-here",
		"a file through a link":   "link out ..\nfile out/kept",
		"a folder through a link": "link out ../other\nfolder out/folder",
		"a link through a link":   "link out ..\nlink out/kept x",
		"a hard link":             "hard a ../kept",
		"a pipe":                  "pipe a",
		"a name given twice":      "file a\nfile a",
	}
	unfit = map[string][2]string{
		"a file above, in the end":  {"file lib/../x", `the name "lib/../x" leads out of the folder; pack the folder from within`},
		"a name with a tab":         {"file a\tb", `the name "a\tb" has a character that cannot be printed; rename it`},
		"a link to the machine":     {"link python /usr/bin/python3", "the link python leads to /usr/bin/python3, which is not in the folder; copy the file instead"},
		"a link above":              {"link up ../x", "the link up leads to ../x"},
		"a link nowhere":            {"link a gone", "the link a leads to gone"},
		"a link above by a link":    {"link lib/up ..\nlink around lib/up/../..", "the link around leads to lib/up/../.."},
		"a hard link inside":        {"file a\nhard b a", "b is a hard link to a; copy the file instead"},
		"a device":                  {"device null", "null is neither a file nor a link; remove it"},
		"too many files":            {many("file", limits.MaxBundleFiles+1), "more than 10000 files; leave out what the service does not need"},
		"too many folders":          {many("folder", limits.MaxBundleFiles+1), "more than 10000 files"},
		"too many links and files":  {many("link", limits.MaxBundleFiles/2) + many("file", limits.MaxBundleFiles/2+1), "more than 10000 files"},
		"bytes that need no room":   {"large a", "its files have 524288001 bytes together; a bundle's have at most 524288000"},
		"bytes of one after others": {"file a\nlarge b", "bytes together"},
	}
)

func TestUnpackingRefusesAHostileArchive(t *testing.T) {
	for name, listing := range hostile {
		t.Run(name, func(t *testing.T) {
			for _, unpacking := range []Unpacking{image{}, new(limits.Unpacking)} {
				if err := extractAside(t, tarOf(listing), unpacking); err == nil {
					t.Errorf("%T has it unpacked", unpacking)
				}
			}
		})
	}
	for _, unpacking := range []Unpacking{image{}, new(limits.Unpacking)} {
		if err := extractAside(t, tarOf(wellMeant), unpacking); err != nil {
			t.Error(err)
		}
	}
}

func TestUnpackingHoldsABundleToWhatPackingPacks(t *testing.T) {
	for name, test := range unfit {
		t.Run(name, func(t *testing.T) {
			err := extractAside(t, tarOf(test[0]), new(limits.Unpacking))
			if err == nil || !strings.Contains(err.Error(), test[1]) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A preparation makes links to what is on the machine, and as many files as it likes.
func TestUnpackingTakesAnImageAsItIs(t *testing.T) {
	if err := extractAside(t, tarOf("link python /usr/bin/python3\nlink gone x"), image{}); err != nil {
		t.Error(err)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(wellMeant)
	for _, listing := range hostile {
		f.Add(listing)
	}
	f.Fuzz(func(t *testing.T, listing string) {
		_ = extractAside(t, tarOf(listing), image{}) // it may be refused; what it does elsewhere is at stake
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
		_ = aside(t, func(inside string) error { return unpackBundle(file, inside, new(limits.Unpacking)) }) // as above
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

func extractAside(t *testing.T, archive []byte, limits Unpacking) error {
	t.Helper()
	return aside(t, func(inside string) error { return extract(tar.NewReader(bytes.NewReader(archive)), inside, limits) })
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

func TestArchiveThatCannotBeUnpackedSaysWhyInWords(t *testing.T) {
	for listing, want := range map[string]string{
		"link d ../..\nfile d/x": "a link leads it out",
		"file a\nlink a b":       "two entries of this name",
		"file a\nfile a":         "two entries of this name",
	} {
		err := extract(tar.NewReader(bytes.NewReader(tarOf(listing))), t.TempDir(), image{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "at ") {
			t.Errorf("%q: %v", listing, err)
		}
	}
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	if err := os.WriteFile(path, []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := unpackBundle(path, t.TempDir(), image{}); err == nil || !strings.Contains(err.Error(), "not a .tar.gz") {
		t.Errorf("of no gzip: %v", err)
	}
}
