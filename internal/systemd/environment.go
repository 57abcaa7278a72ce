package systemd

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ReadEnvironment reads the file of an EnvironmentFile=: assignments NAME=value, of which the last
// one counts. ignored lists what systemd ignores with a warning, with the reason. It is an error if
// the text is not UTF-8: systemd does not start such a service.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
func ReadEnvironment(text string) (assignments, ignored []string, err error) {
	for r := (environmentReader{text}); ; {
		assignment, found := r.next()
		switch {
		case !found:
			return assignments, ignored, nil
		case !utf8.ValidString(assignment) || strings.Contains(text, "\x00"):
			return nil, nil, errors.New("it is not text: save it as UTF-8")
		case unfit(assignment) != "":
			ignored = append(ignored, unfit(assignment))
		default:
			assignments = append(assignments, assignment)
		}
	}
}

// Quote returns a value for an environment file in a form that systemd, a shell and ReadEnvironment
// read alike.
func Quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + `"`
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// unfit returns why systemd refuses an assignment, or "" if it does not.
func unfit(assignment string) string {
	name, value, isAssignment := strings.Cut(assignment, "=")
	switch {
	case !isAssignment:
		return fmt.Sprintf("%q is not NAME=value", assignment)
	case !variableName.MatchString(name):
		return fmt.Sprintf("%q is not a variable's name: use letters, digits and _", name)
	case !utf8.ValidString(value):
		return fmt.Sprintf("the value of %s is not UTF-8", name)
	}
	return ""
}

type environmentReader struct{ rest string }

// next returns the next assignment. It skips a line without an equals sign.
func (r *environmentReader) next() (assignment string, found bool) {
	for {
		r.rest = strings.TrimLeft(r.rest, whiteSpace)
		switch end := strings.IndexAny(r.rest, "=\n\r"); {
		case r.rest == "":
			return "", false
		case r.rest[0] == '#' || r.rest[0] == ';':
			r.comment()
		case end < 0:
			r.rest = ""
		case r.rest[end] == '=':
			name := strings.TrimRight(r.rest[:end], whiteSpace)
			r.rest = r.rest[end+1:]
			return name + "=" + r.value(), true
		default:
			r.rest = r.rest[end:]
		}
	}
}

// comment reads a comment, which a backslash continues. Newer versions than Amazon Linux's do not
// continue it.
func (r *environmentReader) comment() {
	for i := 0; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '\\':
			i++
		case '\n', '\r':
			r.rest = r.rest[i:]
			return
		}
	}
	r.rest = ""
}

// value reads the rest of the line, and of the lines that quotes or a backslash add to it. Quotes
// have a meaning at the beginning of the value and after another quoted part; elsewhere they are
// characters.
func (r *environmentReader) value() string {
	var built []byte
	kept := 0 // white space after this many bytes is dropped at the end
	for plain := false; r.rest != ""; {
		c := r.rest[0]
		r.rest = r.rest[1:]
		switch {
		case c == '\n' || c == '\r':
			return string(built[:kept])
		case c == '\\':
			plain = true
			if r.rest != "" && r.rest[0] != '\n' && r.rest[0] != '\r' {
				built = append(built, r.rest[0])
			}
			r.rest = r.rest[min(1, len(r.rest)):]
			kept = len(built)
		case !plain && strings.IndexByte(quotes, c) >= 0:
			built = append(built, r.quoted(c)...)
			kept = len(built)
		case strings.IndexByte(whiteSpace, c) < 0:
			plain = true
			built = append(built, c)
			kept = len(built)
		case plain:
			built = append(built, c)
		}
	}
	return string(built[:kept])
}

// quoted reads the rest of a quoted part. The end of the file ends it, too.
func (r *environmentReader) quoted(quote byte) (built []byte) {
	for r.rest != "" {
		c := r.rest[0]
		r.rest = r.rest[1:]
		switch {
		case c == quote:
			return built
		case c != '\\' || quote == '\'':
			built = append(built, c)
		case r.rest != "":
			if next := r.rest[0]; strings.IndexByte("\"\\`$", next) >= 0 {
				built = append(built, next)
			} else if next != '\n' {
				built = append(built, '\\', next)
			}
			r.rest = r.rest[1:]
		}
	}
	return built
}
