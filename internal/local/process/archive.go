package process

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klauspost/compress/zstd"
)

// archive writes the folder root as a compressed tar file to path. The file appears when it is
// complete. It returns the file's size in bytes.
func archive(root, path string) (size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".archive-*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	if err := writeArchive(root, file); err != nil {
		return 0, err
	}
	if err := file.Sync(); err != nil {
		return 0, err
	}
	if size, err = file.Seek(0, io.SeekCurrent); err != nil {
		return 0, err
	}
	if err := file.Close(); err != nil {
		return 0, err
	}
	return size, os.Rename(file.Name(), path)
}

func writeArchive(root string, to io.Writer) error {
	compressed, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	entries := tar.NewWriter(compressed)
	if err := entries.AddFS(os.DirFS(root)); err != nil {
		return err
	}
	return errors.Join(entries.Close(), compressed.Close())
}

// unpack extracts an archive into the folder root and writes nothing outside it.
func unpack(path, root string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	compressed, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return err
	}
	defer compressed.Close()
	if err := extract(tar.NewReader(compressed), root, image{}); err != nil {
		return fmt.Errorf("image %s: %w", path, err)
	}
	return nil
}

// Unpacking checks an archive while it is unpacked.
type Unpacking interface {
	// Entry is called before each entry is written, and may refuse it.
	Entry(*tar.Header) error
	// Unpacked is called after the last entry.
	Unpacked(into *os.Root) error
}

// image is the archive of a machine's disk, which this program has made. It has no limits: a build
// may have made many files, and links to the machine outside, such as to an interpreter.
type image struct{}

// Entry implements Unpacking.
func (image) Entry(*tar.Header) error { return nil }

// Unpacked implements Unpacking.
func (image) Unpacked(*os.Root) error { return nil }

// extract writes an archive's files into a folder and nothing outside it.
func extract(entries *tar.Reader, folder string, limits Unpacking) error {
	inside, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer inside.Close()
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return limits.Unpacked(inside)
		}
		if err == nil {
			err = limits.Entry(header)
		}
		if err != nil {
			return err
		}
		if err := writeEntry(inside, header, entries); err != nil {
			return fmt.Errorf("%s: %w", header.Name, plain(err))
		}
	}
}

// plain explains a folder's error about an archive in words.
func plain(err error) error {
	var refused *fs.PathError
	var system syscall.Errno
	switch {
	case errors.Is(err, fs.ErrExist):
		return errors.New("the archive has two entries of this name; leave one out")
	case errors.As(err, &refused) && !errors.As(err, &system):
		return errors.New("a link leads it out of the archive's folder; leave the link out")
	}
	return err
}

func writeEntry(inside *os.Root, header *tar.Header, content io.Reader) error {
	mode := fs.FileMode(header.Mode) & fs.ModePerm
	for record := range header.PAXRecords {
		if strings.HasPrefix(record, "GNU.sparse.") {
			return errors.New("a file with holes cannot be unpacked: it may be larger than any disk")
		}
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return inside.MkdirAll(filepath.Clean(header.Name), mode|0o700)
	case tar.TypeSymlink, tar.TypeReg:
		// A bundle lists no folders.
		if err := inside.MkdirAll(filepath.Dir(filepath.Clean(header.Name)), 0o755); err != nil {
			return err
		}
		if header.Typeflag == tar.TypeSymlink {
			return inside.Symlink(header.Linkname, header.Name)
		}
		file, err := inside.OpenFile(header.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Close())
	default:
		return fmt.Errorf("a file of type %q cannot be unpacked", header.Typeflag)
	}
}
