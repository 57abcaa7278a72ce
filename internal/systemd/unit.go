// Package systemd reads unit files and environment files as systemd does. It follows systemd 252,
// the version of Amazon Linux 2023, where versions differ.
package systemd

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Option is one assignment in a unit file.
type Option struct {
	Section, Name string
	Value         string // without white space around it; continued lines are joined
}

// String returns the option as in a unit file.
func (o Option) String() string { return "[" + o.Section + "] " + o.Name + "=" + o.Value }

// longestLine is LONG_LINE_MAX. Each line must be shorter; with its continuation lines it may be as
// long.
// https://github.com/systemd/systemd/blob/v252/src/shared/conf-parser.c
// https://github.com/systemd/systemd/blob/v252/src/basic/fileio.c
const longestLine = 1 << 20

// whiteSpace holds systemd's white space.
const whiteSpace = " \t\n\r"

var lineEnd = regexp.MustCompile(`\r\n|\n\r|[\n\r]`)

// ReadUnit reads the options of a unit file in order. It skips sections and options whose names
// begin with "X-". A problem is a line for which systemd refuses the unit, or which it ignores.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html
func ReadUnit(text string) (options []Option, problems []string) {
	return readUnit(text, "")
}

// ReadExtension returns the options of a section that systemd skips, whose name begins with "X-". The
// problems are ReadUnit's.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#Description
func ReadExtension(text, section string) (options []Option) {
	all, _ := readUnit(text, section)
	for _, option := range all {
		if option.Section == section {
			options = append(options, option)
		}
	}
	return options
}

func readUnit(text, extension string) (options []Option, problems []string) {
	r := unitReader{extension: extension}
	continued := ""
	lines := lineEnd.Split(strings.TrimPrefix(text, "\ufeff"), -1)
	for i, line := range lines {
		r.line = i + 1
		if len(line) >= longestLine || len(continued)+len(line) > longestLine && !isComment(line) {
			r.report("is too long: systemd reads less than %d bytes", longestLine)
			break
		}
		if isComment(line) {
			continue
		}
		line = continued + line
		if isContinued(line) {
			continued = line[:len(line)-1] + " "
			continue
		}
		continued = ""
		r.read(strings.Trim(line, whiteSpace))
	}
	r.read(strings.Trim(continued, whiteSpace))
	return r.options, r.problems
}

type unitReader struct {
	line      int // from 1; of continued lines, the last
	section   string
	extension string // the section that is read although its name begins with "X-"
	options   []Option
	problems  []string
}

func (r *unitReader) report(format string, values ...any) {
	r.problems = append(r.problems, fmt.Sprintf("line %d ", r.line)+fmt.Sprintf(format, values...))
}

func (r *unitReader) read(line string) {
	name, value, isAssignment := strings.Cut(line, "=")
	name = strings.TrimRight(name, whiteSpace)
	switch {
	case line == "":
	case !utf8.ValidString(line) || strings.Contains(line, "\x00"):
		r.report("is not text: save the file as UTF-8")
	case line[0] == '[' && line[len(line)-1] == ']':
		r.section = line[1 : len(line)-1]
	case line[0] == '[':
		r.report("%q is not a section: end it with a bracket, and give a comment a line of its own", line)
	case r.section == "":
		r.report("%q is in no section", line)
	case !isAssignment || name == "":
		r.report("%q is not Name=value", line)
	case r.section == r.extension, !strings.HasPrefix(r.section, "X-") && !strings.HasPrefix(name, "X-"):
		r.options = append(r.options, Option{r.section, name, strings.Trim(value, whiteSpace)})
	}
}

func isComment(line string) bool {
	line = strings.TrimLeft(line, whiteSpace)
	return line != "" && strings.Contains("#;", line[:1])
}

// isContinued reports whether a line ends with an unescaped backslash.
func isContinued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}
