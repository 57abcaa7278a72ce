package systemd

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ReadEnvironment reads what an EnvironmentFile= names: assignments NAME=value, of which a later one counts.
// What systemd leaves out with a warning is in ignored, with the reason. It is an error if the text is not
// UTF-8, with which systemd does not start the service.
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

// Quote returns a value as it stands in an environment file, where systemd, a shell and
// ReadEnvironment read it alike.
func Quote(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + `"`
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// unfit says why systemd does not take an assignment, or "" if it does.
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

// next returns the next assignment. A line without an equals sign is none.
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

// comment takes a comment, which a backslash continues: newer versions than Amazon Linux's do not.
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

// value takes the rest of the line, and of others that quotes or a backslash add to it. Quotes count where
// the value begins and after another quoted part; elsewhere they are characters.
func (r *environmentReader) value() string {
	var built []byte
	kept := 0 // white space after this many bytes goes away at the end
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

// quoted takes what is left of a quoted part. The end of the file ends it, too.
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
