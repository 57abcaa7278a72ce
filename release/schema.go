package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// schema is one JSON Schema document, as far as requests use that language: properties that are each
// text, a truth value or a whole number, and no others. A package for all of JSON Schema takes a third of
// every function's start to get ready; the tests hold this one to such a package.
// https://json-schema.org/draft/2020-12/json-schema-validation
type schema struct {
	fields map[string]field
}

// field is one property. JSON Schema has neither durations nor remedies, hence the x- keywords.
type field struct {
	Type      string   `json:"type"`
	Enum      []string `json:"enum"`
	Minimum   *int     `json:"minimum"`
	Maximum   *int     `json:"maximum"`
	MinLength int      `json:"minLength"` // characters
	MaxLength *int     `json:"maxLength"`
	Pattern   pattern  `json:"pattern"`
	If        *field   `json:"if"` // text that fits it has to fit Then
	Then      *field   `json:"then"`
	Default   any      `json:"default"`
	Expects   string   `json:"x-expects"` // completes "give …"
	AtLeast   string   `json:"x-minimum"` // of a duration
	AtMost    string   `json:"x-maximum"`
	Or        string   `json:"x-or"` // a word instead of a duration
}

// pattern is a regular expression; none fits all text.
type pattern struct{ *regexp.Regexp }

// UnmarshalText also makes a pattern of a JSON string; its error is regexp.Compile's.
func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

func (p pattern) fits(text string) bool { return p.Regexp == nil || p.MatchString(text) }

// compile makes the schema when it is first needed: most functions never are asked for it. It
// panics on a document that is no schema of ours, which is part of the program.
func compile(document []byte) func() schema {
	return sync.OnceValue(func() schema {
		var described struct {
			Properties map[string]field `json:"properties"`
		}
		if err := json.Unmarshal(document, &described); err != nil {
			panic(err)
		}
		return schema{described.Properties}
	})
}

// read decodes raw into request, a pointer to a struct, with defaults filled in. Fields that are
// wrong are left at their zero value.
func (s schema) read(raw []byte, request any) Problems {
	document, err := parse(raw)
	if err != nil {
		return Problems{{Message: fmt.Sprintf("the request is not JSON: %s; give an object, such as {}", err)}}
	}
	object, isObject := document.(map[string]any)
	if !isObject {
		return Problems{{Message: fmt.Sprintf("the request is %s; give an object, such as {}", quote(document))}}
	}
	problems := s.check(object)
	sound := s.defaults()
	for name := range s.fields {
		// Only by the exact name: Go's decoder would take MINSIZE for minSize.
		if value, given := object[name]; given && problems.spare(name) {
			sound[name] = bounded(value)
		}
	}
	encoded, err := json.Marshal(sound)
	if err == nil {
		err = json.Unmarshal(encoded, request)
	}
	if err != nil && len(problems) == 0 {
		return Problems{{Message: fmt.Sprintf("the request cannot be read: %s", err)}}
	}
	return problems
}

func (s schema) defaults() map[string]any {
	values := map[string]any{}
	for name, field := range s.fields {
		if field.Default != nil {
			values[name] = field.Default
		}
	}
	return values
}

// check names each wrong field once, in the order of their names.
func (s schema) check(object map[string]any) (problems Problems) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if field, known := s.fields[name]; !known || !field.fits(bounded(object[name])) {
			problems = append(problems, s.problem(name, object[name]))
		}
	}
	return problems
}

func (f field) fits(value any) bool {
	switch value := value.(type) {
	case bool:
		return f.Type == "boolean"
	case float64:
		return f.Type == "integer" && value == math.Trunc(value) &&
			(f.Minimum == nil || value >= float64(*f.Minimum)) && (f.Maximum == nil || value <= float64(*f.Maximum))
	case string:
		if len(f.Enum) > 0 {
			return slices.Contains(f.Enum, value)
		}
		return f.Type == "string" && f.fitsText(value) && !f.outOfRange(value)
	}
	return false
}

func (f field) fitsText(text string) bool {
	length := utf8.RuneCountInString(text)
	return length >= f.MinLength && (f.MaxLength == nil || length <= *f.MaxLength) && f.Pattern.fits(text) &&
		(f.If == nil || !f.If.fitsText(text) || f.Then.fitsText(text))
}

func (s schema) problem(name string, value any) Problem {
	if field, known := s.fields[name]; known {
		return Problem{name, fmt.Sprintf("%s does not fit; give %s, or leave it out", quote(value), field.expects())}
	}
	for known := range s.fields {
		if strings.EqualFold(known, name) {
			return Problem{quote(name), "no such field; it is spelled " + known}
		}
	}
	return Problem{quote(name), "no such field; the fields are " + strings.Join(slices.Sorted(maps.Keys(s.fields)), ", ")}
}

func (f field) expects() string {
	switch {
	case f.Expects != "":
		return f.Expects
	case len(f.Enum) > 0:
		return strings.Join(f.Enum, " or ")
	case f.Type == "boolean":
		return "true or false"
	default:
		return fmt.Sprintf("a whole number from %d to %d", *f.Minimum, *f.Maximum)
	}
}

// outOfRange compares durations; text that is none is the pattern's to refuse.
func (f field) outOfRange(text string) bool {
	least, err := time.ParseDuration(f.AtLeast)
	if err != nil || text == f.Or {
		return false
	}
	most, err := time.ParseDuration(f.AtMost)
	if err != nil {
		return false
	}
	given, err := time.ParseDuration(text)
	return err != nil || given < least || given > most
}

func parse(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the first value")
	}
	return document, nil
}

// bounded returns a copy with float64 for numbers: of 1e999999999 nobody wants all the digits.
func bounded(value any) any {
	switch value := value.(type) {
	case json.Number:
		number, err := strconv.ParseFloat(string(value), 64)
		if err != nil {
			return math.MaxFloat64
		}
		return number
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, inner := range value {
			object[name] = bounded(inner)
		}
		return object
	case []any:
		list := make([]any, len(value))
		for i, inner := range value {
			list[i] = bounded(inner)
		}
		return list
	}
	return value
}
