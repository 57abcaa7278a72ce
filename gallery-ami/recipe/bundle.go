package recipe

import (
	"archive/tar"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// BundleError lists everything that keeps a folder from being a bundle.
type BundleError struct {
	Folder   string
	Problems []string
}

// Error names the folder and its first problems.
func (e *BundleError) Error() string {
	const most = 5
	told := e.Problems
	if rest := len(told) - most; rest > 0 {
		told = append(told[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return fmt.Sprintf("the folder %s is not a bundle: %s", e.Folder, strings.Join(told, "; "))
}

// Pack writes the bundle of a folder: a .tar.gz whose bytes depend only on the names, the contents
// and the executable bits of the files. Its error is a *BundleError with all problems if the folder
// is not a valid bundle, before anything is written. The contract is in docs/bundle.md.
func Pack(folder string, to io.Writer) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return &BundleError{folder, []string{err.Error()}}
	}
	defer root.Close()
	found := collect(root)
	if found.whole {
		found.problems = append(found.problems, found.missing()...)
	}
	found.problems = append(found.problems, foreign(found.files)...)
	if len(found.problems) > 0 {
		return &BundleError{folder, found.problems}
	}
	return pack(found.files, gzip.DefaultCompression, to)
}

// Units returns the names of the units in the bundle of a folder, which has one if it is valid. What
// keeps it from reading the folder is reported by Pack.
func Units(folder string) []string {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil
	}
	defer root.Close()
	names, _ := fs.Glob(root.FS(), "*.service")
	patterns, _ := readIgnored(root)
	return slices.DeleteFunc(names, func(name string) bool { return matching(patterns, name, false) != nil })
}

//go:embed gallery
var galleryFiles embed.FS

// GalleryBundle writes the bundle of the gallery itself. Its server is program, an executable that
// serves when it is called "photogallery". It is not compressed: a program of many megabytes takes
// longer to compress than to copy.
func GalleryBundle(program string, to io.Writer) error {
	info, err := os.Stat(program)
	if err != nil {
		return fmt.Errorf("read the gallery's program: %w", err)
	}
	files := []file{{
		name: "photogallery", executable: true, size: info.Size(),
		open: func() (io.ReadCloser, error) { return os.Open(program) },
	}}
	for _, name := range []string{"install.sh", "photogallery.service"} {
		content, err := galleryFiles.ReadFile("gallery/" + name)
		if err != nil {
			return err
		}
		files = append(files, file{
			name: name, size: int64(len(content)),
			open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		})
	}
	return pack(files, gzip.NoCompression, to)
}

func pack(files []file, level int, to io.Writer) error {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	compressed, err := gzip.NewWriterLevel(to, level)
	if err != nil {
		return err
	}
	entries := tar.NewWriter(compressed)
	for _, one := range files {
		if err := one.writeTo(entries); err != nil {
			return fmt.Errorf("pack %s: %w", one.name, err)
		}
	}
	return errors.Join(entries.Close(), compressed.Close())
}

func (f file) writeTo(entries *tar.Writer) error {
	header := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: f.size, Format: tar.FormatPAX}
	if f.executable {
		header.Mode = 0o755
	}
	if f.link != "" {
		header.Typeflag, header.Linkname, header.Size = tar.TypeSymlink, f.link, 0
		return entries.WriteHeader(header)
	}
	if err := entries.WriteHeader(header); err != nil {
		return err
	}
	content, err := f.open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(entries, content)
	return err
}
