package recipe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// IgnoreFile names what of a folder is not packed, a pattern a line. It is not packed either.
const IgnoreFile = ".galleryignore"

const largestIgnoreFile = 64 << 10

// pattern is one line of an ignore file. It means what it means to Git, which knows more.
// https://git-scm.com/docs/gitignore#_pattern_format
type pattern struct {
	line, glob string
	number     int  // of the line
	anchored   bool // matches whole paths, and not names in any folder
	folders    bool // matches no files
}

// readIgnored returns the patterns of the folder's ignore file, if there is one, and its problems.
func readIgnored(root *os.Root) (patterns []pattern, problems []string) {
	file, err := root.Open(IgnoreFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []string{err.Error()}
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestIgnoreFile+1))
	if err != nil {
		return nil, []string{err.Error()}
	}
	if len(text) > largestIgnoreFile {
		return nil, []string{fmt.Sprintf("%s has more than %d bytes; write fewer patterns, such as a folder's name for all that is in it", IgnoreFile, largestIgnoreFile)}
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		found, problem := readPattern(line, number)
		if problem != "" {
			problems = append(problems, fmt.Sprintf("line %d of %s, %s, %s", number, IgnoreFile, line, problem))
		}
		patterns = append(patterns, found)
	}
	return patterns, problems
}

func readPattern(line string, number int) (found pattern, problem string) {
	glob, folders := strings.CutSuffix(line, "/")
	found = pattern{line: line, glob: strings.TrimPrefix(glob, "/"), number: number, anchored: strings.Contains(glob, "/"), folders: folders}
	_, err := path.Match(found.glob, "")
	switch {
	case strings.HasPrefix(line, "!"):
		return found, "takes something back, which no line can here; write the others so that they leave it alone"
	case strings.Contains(line, "**"):
		return found, "has **; a pattern without a slash matches in every folder"
	case err != nil || found.glob == "." || !fs.ValidPath(found.glob):
		return found, "is no pattern; give names with *, ? and [a-z], and slashes between folders"
	}
	return found, ""
}

// matching returns the first pattern that matches the name of a file or folder, or nil.
func matching(patterns []pattern, name string, isFolder bool) *pattern {
	for i, p := range patterns {
		against := name
		if !p.anchored {
			against = path.Base(name)
		}
		// A pattern that path.Match refuses is one of the problems.
		if matches, _ := path.Match(p.glob, against); matches && (isFolder || !p.folders) {
			return &patterns[i]
		}
	}
	return nil
}

// leavesOut says which line leaves out a file that a bundle needs.
func (p pattern) leavesOut(name string) string {
	return fmt.Sprintf("line %d of %s, %s, leaves out %s, which a bundle needs", p.number, IgnoreFile, p.line, name)
}
