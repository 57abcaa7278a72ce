package recipe

import (
	"archive/tar"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a bundle, when it is packed and when it is unpacked.
const (
	MaxBundleFiles = 10_000
	MaxBundleBytes = 500 << 20 // unpacked
)

func fits(files int, bytes int64) error {
	switch {
	case files > MaxBundleFiles:
		return fmt.Errorf("it has more than %d files; leave out what the service does not need", MaxBundleFiles)
	case bytes > MaxBundleBytes:
		return fmt.Errorf("its files have %d bytes together; a bundle's have at most %d", bytes, MaxBundleBytes)
	}
	return nil
}

func named(name string) error {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("the name %q has a character that cannot be printed; rename it", name)
	case path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), ".."):
		return fmt.Errorf("the name %q leads out of the folder; pack the folder from within", name)
	}
	return nil
}

func neither(name string) error {
	return fmt.Errorf("%s is neither a file nor a link; remove it", name)
}

// leadsInside checks the text of a link against the place where the bundle will be unpacked, and
// its target through other links.
func leadsInside(root *os.Root, name, link string) error {
	_, err := root.Stat(name)
	if err != nil || path.IsAbs(link) || !filepath.IsLocal(filepath.Join(filepath.Dir(name), link)) {
		return fmt.Errorf("the link %s leads to %s, which is not in the folder; copy the file instead", name, link)
	}
	return nil
}

// Unpacking holds an archive of unknown origin to what Pack packs. The zero value is ready for one
// archive.
type Unpacking struct {
	files, folders int
	bytes          int64
	links          []*tar.Header
}

// Entry must be called before an entry is unpacked. Its error names what bundles may not have, and
// says what to do.
func (u *Unpacking) Entry(header *tar.Header) error {
	if err := named(header.Name); err != nil {
		return err
	}
	switch header.Typeflag {
	case tar.TypeDir:
		u.folders++
		return fits(u.folders, 0)
	case tar.TypeSymlink:
		u.links = append(u.links, header)
	case tar.TypeReg:
		u.bytes += header.Size
	case tar.TypeLink:
		return fmt.Errorf("%s is a hard link to %s; copy the file instead", header.Name, header.Linkname)
	default:
		return neither(header.Name)
	}
	u.files++
	return fits(u.files, u.bytes)
}

// Unpacked must be called when the whole archive is in its folder. Its error names each link that
// leads out of it, or nowhere.
func (u *Unpacking) Unpacked(into *os.Root) (err error) {
	for _, link := range u.links {
		err = errors.Join(err, leadsInside(into, link.Name, link.Linkname))
	}
	return err
}
