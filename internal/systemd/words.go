package systemd

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Assignments returns the words of an Environment=, each NAME=value, with quotes and C escapes
// resolved. It is an error if systemd would ignore a word or the rest of the line.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment=
func Assignments(value string) (assignments []string, err error) {
	for s := (splitter{rest: value, c: true}); ; {
		word, found, err := s.next()
		if err != nil || !found {
			return assignments, err
		}
		if word, err = resolve(word); err != nil {
			return assignments, err
		}
		if problem := unfit(word); problem != "" {
			return assignments, errors.New(problem)
		}
		assignments = append(assignments, word)
	}
}

// Command returns the words of an ExecStart=: the absolute path of a program and its arguments,
// with quotes and C escapes resolved and variables unexpanded; see Expand. It is an error if
// systemd refuses the command, or for what is not supported here: a prefix of the path, or more
// than one command.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
func Command(value string) (words []string, err error) {
	s := splitter{rest: value, c: true, keepUnknown: true}
	for {
		if len(words) > 0 && isWord(s.rest, ";") {
			return nil, errors.New(`give one command; write \; for an argument that is a semicolon`)
		}
		if len(words) > 0 && isWord(s.rest, `\;`) {
			words, s.rest = append(words, ";"), strings.TrimLeft(s.rest[2:], whiteSpace)
			continue
		}
		word, found, err := s.next()
		if err != nil {
			return nil, err
		}
		if !found {
			break
		}
		if word, err = resolve(word); err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return nil, errors.New("give a command")
	}
	if err := checkProgram(words[0]); err != nil {
		return nil, err
	}
	return words, nil
}

func isWord(text, word string) bool {
	rest, begins := strings.CutPrefix(text, word)
	return begins && (rest == "" || strings.Contains(whiteSpace, rest[:1]))
}

func checkProgram(path string) error {
	if path != "" && strings.Contains("-@:+!|", path[:1]) {
		return fmt.Errorf("the prefix %s is not honored here: begin with the absolute path of a program", path[:1])
	}
	if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
		return errors.New("begin with the absolute path of a program")
	}
	if i := strings.IndexFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`"'\$`, r) }); i >= 0 {
		return fmt.Errorf("systemd does not take %q in the path of a program", path[i:i+1])
	}
	return nil
}

// resolve resolves %%, the only specifier that is the same everywhere.
func resolve(word string) (string, error) {
	resolved := strings.ReplaceAll(word, "%%", "")
	if strings.Contains(resolved, "%") {
		return "", fmt.Errorf("%q has a specifier, which is not supported here: write out its value, and %%%% for a percent sign", word)
	}
	return strings.ReplaceAll(word, "%%", "%"), nil
}

var variable = regexp.MustCompile(`\$\$|\$\{[^:}]*(?:[:}]|\z)|\$[^{$]`)

// Expand expands variables in a command's arguments: ${NAME} anywhere, $NAME as a whole word, which
// becomes the words of its value, and $$ for a dollar sign. An unset variable is empty.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
func Expand(words, environment []string) (expanded []string) {
	values := map[string]string{}
	for _, assignment := range environment {
		name, value, _ := strings.Cut(assignment, "=")
		values[name] = value
	}
	for _, word := range words {
		if strings.HasPrefix(word, "$") && !strings.HasPrefix(word, "${") && !strings.HasPrefix(word, "$$") {
			expanded = append(expanded, fields(values[word[1:]])...)
			continue
		}
		expanded = append(expanded, variable.ReplaceAllStringFunc(word, func(found string) string {
			switch {
			case found == "$$":
				return "$"
			case strings.HasPrefix(found, "${") && strings.HasSuffix(found, "}"):
				return values[found[2:len(found)-1]]
			}
			return found
		}))
	}
	return expanded
}

// fields splits a variable's value: quotes hold words together, a backslash makes the next
// character literal, and there are no errors.
func fields(value string) (words []string) {
	for s := (splitter{rest: value, open: true}); ; {
		word, found, _ := s.next()
		if !found {
			return words
		}
		words = append(words, word)
	}
}
