package main

import (
	"fmt"
	"regexp"
	"strings"
)

// dotenv reads a .env file: NAME=VALUE lines, comments, an export before a name. A value in single
// quotes is literal; one in double quotes has the escapes \n, \r, \t, \", \\, \$ and \`; both may have
// several lines. Readers of such files disagree on the rest, which is a problem instead of a guess.
type dotenv struct {
	rest     string
	line     int
	values   map[string]string
	seen     map[string]int // the line of each name
	problems []string
}

var dotenvName = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*`)

// readDotenv returns the values, and what it does not understand, with the lines.
func readDotenv(text string) (values map[string]string, problems []string) {
	d := dotenv{rest: strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), line: 1, values: map[string]string{}, seen: map[string]int{}}
	for d.rest != "" {
		d.assignment()
	}
	return d.values, d.problems
}

func (d *dotenv) wrong(line int, format string, args ...any) {
	d.problems = append(d.problems, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
}

// take returns the next bytes and counts their lines.
func (d *dotenv) take(length int) string {
	taken := d.rest[:length]
	d.rest = d.rest[length:]
	d.line += strings.Count(taken, "\n")
	return taken
}

// lineEnd returns the length of the rest of the line, without its end.
func (d *dotenv) lineEnd() int {
	if end := strings.IndexByte(d.rest, '\n'); end >= 0 {
		return end
	}
	return len(d.rest)
}

func (d *dotenv) assignment() {
	began := d.line
	found := dotenvName.FindStringSubmatch(d.rest[:d.lineEnd()])
	if found == nil {
		if line := strings.TrimSpace(d.take(d.lineEnd())); line != "" && line[0] != '#' {
			d.wrong(began, "it is not NAME=VALUE")
		}
		d.take(min(1, len(d.rest)))
		return
	}
	d.take(len(found[0]))
	name := found[1]
	value := d.value(name)
	if first, twice := d.seen[name]; twice {
		d.wrong(began, "%s is set a second time, first in line %d", name, first)
	}
	d.seen[name], d.values[name] = began, value
}

func (d *dotenv) value(name string) string {
	if d.rest == "" || d.rest[0] != '"' && d.rest[0] != '\'' {
		return d.plain(name)
	}
	began, quote := d.line, d.rest[0]
	end := closing(d.rest, quote)
	if end < 0 {
		d.wrong(began, "the quote of %s is not closed", name)
		d.take(len(d.rest))
		return ""
	}
	text := d.take(end + 1)
	value := text[1:end]
	if quote == '"' {
		value = d.unescape(began, name, value)
	}
	line := d.line
	if after := strings.TrimSpace(d.take(d.lineEnd())); after != "" && after[0] != '#' {
		d.wrong(line, "there is text after the quoted value of %s", name)
	}
	d.take(min(1, len(d.rest)))
	return value
}

// closing returns where the quote ends that begins the text, or -1.
func closing(text string, quote byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i
		case text[i] == '\\' && quote == '"':
			i++
		}
	}
	return -1
}

// plain reads a value without quotes, up to white space and a comment.
func (d *dotenv) plain(name string) string {
	line := d.line
	value := d.take(d.lineEnd())
	d.take(min(1, len(d.rest)))
	if strings.HasPrefix(value, "#") {
		value = ""
	}
	for _, begin := range []string{" #", "\t#"} {
		value, _, _ = strings.Cut(value, begin)
	}
	value = strings.TrimSpace(value)
	if strings.ContainsAny(value, "$`\\\"'") {
		d.wrong(line, "the value of %s has a $, a backslash, a backquote or a quote, which readers take in different ways: put it into single quotes", name)
	}
	return value
}

var dotenvEscapes = map[byte]string{'n': "\n", 'r': "\r", 't': "\t", '"': `"`, '\\': `\`, '$': "$", '`': "`"}

func (d *dotenv) unescape(line int, name, text string) string {
	var value strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '$', '`':
			d.wrong(line, "the value of %s has a %c, which would be replaced elsewhere: write \\%c, or use single quotes", name, c, c)
		case '\\':
			i++
			meant, known := dotenvEscapes[text[i]]
			if !known {
				d.wrong(line, "the value of %s has a backslash before %q: write two for one, or use single quotes", name, text[i:i+1])
			}
			value.WriteString(meant)
		default:
			value.WriteByte(c)
		}
	}
	return value.String()
}
