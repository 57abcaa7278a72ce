package recipe

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

const longestLine = 64 << 10

// leftOut lists what tools leave in a folder and no service needs. A .venv works nowhere else.
var leftOut = []string{".git", "__pycache__", ".venv", ".DS_Store"}

// file is one entry of a bundle.
type file struct {
	name       string // with slashes
	executable bool
	link       string // of a symbolic link
	size       int64
	open       func() (io.ReadCloser, error)
}

// collected has the files of a folder and all its problems as a bundle.
type collected struct {
	files    []file
	problems []string
	left     map[string]*pattern // what the ignore file leaves out
	whole    bool                // false if there are too many files, or some that cannot be listed
}

func collect(root *os.Root) collected {
	patterns, problems := readIgnored(root)
	c := collected{problems: problems, left: map[string]*pattern{}}
	var total int64
	err := fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		leaves := matching(patterns, name, entry.IsDir())
		if leaves != nil {
			c.left[name] = leaves
		}
		switch {
		case entry.IsDir() && (leaves != nil || slices.Contains(leftOut, entry.Name())):
			return fs.SkipDir
		case leaves != nil, entry.IsDir(), slices.Contains(leftOut, entry.Name()), name == IgnoreFile:
			return nil
		}
		found, problem, err := describe(root, name, entry)
		if err != nil {
			return err
		}
		if problem != "" {
			c.problems = append(c.problems, problem)
		}
		c.files = append(c.files, found)
		total += found.size
		return fits(len(c.files), 0)
	})
	for _, err := range []error{err, fits(0, total)} {
		if err != nil {
			c.problems = append(c.problems, err.Error())
		}
	}
	c.whole = err == nil
	return c
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

// missing reports a missing install.sh and unit. If it is there and not packed, that is the reason.
func (c collected) missing() (problems []string) {
	var units []string
	installs := false
	for _, found := range c.files {
		if isUnit(found.name) {
			units = append(units, found.name)
		}
		installs = installs || found.name == installScript && found.link == ""
	}
	unit := "it has no systemd unit; give it one file *.service"
	install := "it has no install.sh, the script that installs the service into $INSTALL_DIR"
	for _, name := range slices.Sorted(maps.Keys(c.left)) {
		switch by := c.left[name]; {
		case isUnit(name):
			unit = by.leavesOut(name)
		case name == installScript:
			install = by.leavesOut(name)
		}
	}
	if !installs {
		problems = append(problems, install)
	}
	switch len(units) {
	case 0:
		problems = append(problems, unit)
	case 1:
	default:
		problems = append(problems, fmt.Sprintf("it has %d systemd units, %s; give it one", len(units), strings.Join(units, ", ")))
	}
	return problems
}

const installScript = "install.sh"

func isUnit(name string) bool { return path.Ext(name) == ".service" && path.Dir(name) == "." }
