package recipe

import (
	"archive/tar"
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
)

const longestLine = 64 << 10

// leftOut lists what tools leave in a folder and no service needs. A .venv works nowhere else.
var leftOut = []string{".git", "__pycache__", ".venv", ".DS_Store"}

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
	files, problems, whole := collect(root)
	if whole {
		problems = append(problems, missing(files)...)
	}
	problems = append(problems, foreign(files)...)
	if len(problems) > 0 {
		return &BundleError{folder, problems}
	}
	return pack(files, gzip.DefaultCompression, to)
}

// file is one entry of a bundle.
type file struct {
	name       string // with slashes
	executable bool
	link       string // of a symbolic link
	size       int64
	open       func() (io.ReadCloser, error)
}

// collect lists the files of a folder, and all its problems as a bundle. The list is complete
// unless there are too many files, or some that cannot be listed.
func collect(root *os.Root) (files []file, problems []string, whole bool) {
	var total int64
	err := fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(leftOut, entry.Name()) && entry.IsDir():
			return fs.SkipDir
		case slices.Contains(leftOut, entry.Name()), entry.IsDir():
			return nil
		}
		found, problem, err := describe(root, name, entry)
		if err != nil {
			return err
		}
		if problem != "" {
			problems = append(problems, problem)
		}
		files = append(files, found)
		total += found.size
		return fits(len(files), 0)
	})
	if err != nil {
		problems = append(problems, err.Error())
	}
	if err := fits(0, total); err != nil {
		problems = append(problems, err.Error())
	}
	return files, problems, err == nil
}

func describe(root *os.Root, name string, entry fs.DirEntry) (found file, problem string, err error) {
	info, err := entry.Info()
	if err != nil {
		return file{}, "", err
	}
	found = file{name: name, open: func() (io.ReadCloser, error) { return root.Open(name) }}
	if refused := named(name); refused != nil {
		return found, refused.Error(), nil //nolint:nilerr // a problem of the bundle, as those below
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		found.size, found.executable = info.Size(), mode&0o111 != 0
		content, err := found.open()
		if err != nil {
			return found, fmt.Sprintf("%s cannot be read: %v", name, err), nil
		}
		_ = content.Close() // nothing was read
	case mode&fs.ModeSymlink != 0:
		if found.link, err = root.Readlink(name); err != nil {
			return file{}, "", err
		}
		if err := leadsInside(root, name, found.link); err != nil {
			problem = err.Error()
		}
	default:
		problem = neither(name).Error()
	}
	return found, problem, nil
}

// foreign reports scripts and units with the line ends of Windows, on which bash and the kernel
// fail with obscure messages.
func foreign(files []file) (problems []string) {
	for _, found := range files {
		if !slices.Contains([]string{".sh", ".service"}, path.Ext(found.name)) || found.link != "" || found.open == nil {
			continue
		}
		content, err := found.open()
		if err != nil {
			continue // that is reported already
		}
		line, _ := bufio.NewReader(io.LimitReader(content, longestLine)).ReadString('\n')
		_ = content.Close() // it was only read
		if strings.HasSuffix(line, "\r\n") {
			problems = append(problems, found.name+" has the line ends of Windows; save it with those of Unix")
		}
	}
	return problems
}

func missing(files []file) (problems []string) {
	units, installs := []string{}, false
	for _, found := range files {
		if path.Ext(found.name) == ".service" && path.Dir(found.name) == "." {
			units = append(units, found.name)
		}
		installs = installs || found.name == "install.sh" && found.link == ""
	}
	if !installs {
		problems = append(problems, "it has no install.sh, the script that installs the service into $INSTALL_DIR")
	}
	switch len(units) {
	case 0:
		problems = append(problems, "it has no systemd unit; give it one file *.service")
	case 1:
	default:
		problems = append(problems, fmt.Sprintf("it has %d systemd units, %s; give it one", len(units), strings.Join(units, ", ")))
	}
	return problems
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
