package recipe

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// What a bundle may hold.
const (
	MostBundleFiles = 10_000
	MostBundleBytes = 500 << 20 // unpacked
)

// left out of a bundle: what tools leave in a folder and no service needs.
var leftOut = []string{".git", "__pycache__", ".venv", "node_modules", ".DS_Store"}

// BundleError lists all that keeps a folder from being a bundle.
type BundleError struct {
	Folder   string
	Problems []string
}

// Error names the folder and each problem.
func (e *BundleError) Error() string {
	return fmt.Sprintf("the folder %s is no bundle: %s", e.Folder, strings.Join(e.Problems, "; "))
}

// Pack makes a bundle of a folder: a .tar.gz whose bytes follow from the names, the contents and the
// executable bits of the files alone. Its error is a *BundleError for a folder that is no bundle,
// with all its problems. The contract is in docs/bundle.md.
func Pack(folder string) ([]byte, error) {
	files, problems := collect(folder)
	problems = append(problems, missing(files)...)
	if len(problems) > 0 {
		return nil, &BundleError{folder, problems}
	}
	return pack(files, gzip.DefaultCompression)
}

// file is one entry of a bundle.
type file struct {
	name       string // with slashes
	executable bool
	link       string // of a symbolic link
	size       int64
	open       func() (io.ReadCloser, error)
}

func collect(folder string) (files []file, problems []string) {
	var total int64
	err := filepath.WalkDir(folder, func(where string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(leftOut, entry.Name()) && where != folder {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		found, problem, err := describe(folder, where, entry)
		switch {
		case err != nil:
			return err
		case problem != "":
			problems = append(problems, problem)
			return nil
		}
		files = append(files, found)
		total += found.size
		if len(files) > MostBundleFiles {
			return fmt.Errorf("it has more than %d files; leave out what the service does not need", MostBundleFiles)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, err.Error())
	}
	if total > MostBundleBytes {
		problems = append(problems, fmt.Sprintf("it has %d MB; a bundle has at most %d", total>>20, MostBundleBytes>>20))
	}
	return files, problems
}

func describe(folder, where string, entry fs.DirEntry) (file, string, error) {
	relative, err := filepath.Rel(folder, where)
	if err != nil {
		return file{}, "", err
	}
	found := file{name: filepath.ToSlash(relative), open: func() (io.ReadCloser, error) { return os.Open(where) }}
	info, err := entry.Info()
	if err != nil {
		return file{}, "", err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		found.size, found.executable = info.Size(), mode&0o111 != 0
		return found, "", nil
	case mode&fs.ModeSymlink != 0:
		if found.link, err = os.Readlink(where); err != nil {
			return file{}, "", err
		}
		if filepath.IsAbs(found.link) || !filepath.IsLocal(filepath.Join(filepath.Dir(relative), found.link)) {
			return file{}, fmt.Sprintf("the link %s leads out of the folder, to %s; copy the file instead", found.name, found.link), nil
		}
		return found, "", nil
	}
	return file{}, fmt.Sprintf("%s is neither a file nor a link; remove it", found.name), nil
}

func missing(files []file) (problems []string) {
	units, installs := []string{}, false
	for _, found := range files {
		if path.Ext(found.name) == ".service" && path.Dir(found.name) == "." {
			units = append(units, found.name)
		}
		installs = installs || found.name == "install.sh"
	}
	if !installs {
		problems = append(problems, "it has no install.sh, the script that installs the service into $INSTALL_DIR")
	}
	if len(units) != 1 {
		problems = append(problems, fmt.Sprintf("it has %d systemd units (%s); give it one file *.service", len(units), strings.Join(units, ", ")))
	}
	return problems
}

//go:embed gallery
var galleryFiles embed.FS

// GalleryBundle makes the bundle of the gallery itself, whose server is program, an executable that
// serves when it is called by the name "photogallery". It is not compressed: a program of many
// megabytes takes longer to compress than to copy.
func GalleryBundle(program string) ([]byte, error) {
	info, err := os.Stat(program)
	if err != nil {
		return nil, fmt.Errorf("read the gallery's program: %w", err)
	}
	files := []file{{
		name: "photogallery", executable: true, size: info.Size(),
		open: func() (io.ReadCloser, error) { return os.Open(program) },
	}}
	for _, name := range []string{"install.sh", "photogallery.service"} {
		content, err := galleryFiles.ReadFile("gallery/" + name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{
			name: name, size: int64(len(content)),
			open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		})
	}
	return pack(files, gzip.NoCompression)
}

func pack(files []file, level int) ([]byte, error) {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	var packed bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&packed, level)
	if err != nil {
		return nil, err
	}
	entries := tar.NewWriter(compressed)
	for _, one := range files {
		if err := one.writeTo(entries); err != nil {
			return nil, fmt.Errorf("pack %s: %w", one.name, err)
		}
	}
	if err := errors.Join(entries.Close(), compressed.Close()); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
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
