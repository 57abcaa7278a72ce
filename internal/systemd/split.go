package systemd

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const quotes = `"'`

// splitter splits a text into words at white space. Quotes, also beside other text, hold words
// together and are removed.
type splitter struct {
	rest        string
	c           bool // a backslash starts a C escape; else the next character is literal
	keepUnknown bool // an unknown C escape is kept
	open        bool // the end of the text ends a quote
}

// next returns the next word, which may be empty, as "" is.
func (s *splitter) next() (word string, found bool, err error) {
	s.rest = strings.TrimLeft(s.rest, whiteSpace)
	if s.rest == "" {
		return "", false, nil
	}
	var quote byte
	var built []byte
	for s.rest != "" {
		c := s.rest[0]
		switch {
		case c == '\\':
			if built, err = s.escape(built, quote); err != nil {
				return "", false, err
			}
			continue
		case quote == 0 && strings.IndexByte(quotes, c) >= 0:
			quote = c
		case c == quote:
			quote = 0
		case quote == 0 && strings.IndexByte(whiteSpace, c) >= 0:
			s.rest = strings.TrimLeft(s.rest, whiteSpace)
			return string(built), true, nil
		default:
			built = append(built, c)
		}
		s.rest = s.rest[1:]
	}
	if quote != 0 && !s.open {
		return "", false, fmt.Errorf("a quote %c is not closed", quote)
	}
	return string(built), true, nil
}

// escape reads a backslash and its sequence.
func (s *splitter) escape(built []byte, quote byte) ([]byte, error) {
	after := s.rest[1:]
	switch {
	case after == "" && s.open:
		s.rest = ""
		return built, nil
	case after == "" && s.keepUnknown && quote == 0:
		s.rest = ""
		return append(built, '\\'), nil
	case after == "":
		return nil, fmt.Errorf("it ends with a backslash: write two, or none")
	case !s.c:
		s.rest = after[1:]
		return append(built, after[0]), nil
	}
	meant, length := unescape(after)
	switch {
	case length > 0:
		s.rest = after[length:]
		return append(built, meant...), nil
	case s.keepUnknown:
		s.rest = after[1:]
		return append(built, '\\', after[0]), nil
	}
	return nil, fmt.Errorf("the escape \\%c is unknown: write two backslashes for one", []rune(after)[0])
}

var shortEscapes = map[byte]string{
	'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v", '\\': `\`, '"': `"`, '\'': "'", 's': " ",
}

// unescape returns the meaning of a C escape without its backslash, and its length, or 0 if it is
// unknown.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
func unescape(text string) (meant string, length int) {
	if short, known := shortEscapes[text[0]]; known {
		return short, 1
	}
	begin, digits, base := 1, 0, 16
	switch text[0] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		begin, digits, base = 0, 3, 8
	}
	if len(text) < begin+digits {
		return "", 0
	}
	code, err := strconv.ParseUint(text[begin:begin+digits], base, 32)
	switch {
	case err != nil || code == 0:
		return "", 0
	case digits < 4 && code <= 0xff:
		return string([]byte{byte(code)}), begin + digits
	case digits >= 4 && utf8.ValidRune(rune(code)):
		return string(rune(code)), begin + digits
	}
	return "", 0
}
