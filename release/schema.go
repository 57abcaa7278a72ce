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

// schema is a JSON Schema document in the subset that requests use: an object whose properties are
// texts, booleans, whole numbers or lists of those or of such objects. A full JSON Schema package takes a third of every function's
// start; the tests compare this one with such a package.
// https://json-schema.org/draft/2020-12/json-schema-validation
type schema struct {
	fields map[string]field
}

// field is one property. The x- keywords are for durations and remedies, which JSON Schema does not
// have.
type field struct {
	Type      string   `json:"type"`
	Enum      []string `json:"enum"`
	Minimum   *int     `json:"minimum"`
	Maximum   *int     `json:"maximum"`
	MinLength int      `json:"minLength"` // characters
	MaxLength *int     `json:"maxLength"`
	Pattern   pattern  `json:"pattern"`
	If        *field   `json:"if"` // text that matches it must also match Then
	Then      *field   `json:"then"`
	Items     *field   `json:"items"` // of an array
	MinItems  int      `json:"minItems"`
	MaxItems  *int     `json:"maxItems"`

	Properties           map[string]field `json:"properties"` // of an object
	Required             []string         `json:"required"`
	AdditionalProperties *bool            `json:"additionalProperties"` // false, which the tests require

	Default any    `json:"default"`
	Expects string `json:"x-expects"` // completes "give …"
	AtLeast string `json:"x-minimum"` // for durations
	AtMost  string `json:"x-maximum"`
	Or      string `json:"x-or"` // a word instead of a duration
}

// pattern is a regular expression, or nil to match any text.
type pattern struct{ *regexp.Regexp }

// UnmarshalText compiles a pattern in a JSON string. Its error is regexp.Compile's.
func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile(string(text))
	return err
}

func (p pattern) fits(text string) bool { return p.Regexp == nil || p.MatchString(text) }

// compile compiles the schema on first use, because most functions never need it. It panics if the
// document, which is part of the program, is not a valid schema.
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

// read decodes raw into request, a pointer to a struct, and fills in defaults. Wrong fields keep
// their zero value.
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
		// Names must match exactly: Go's decoder would accept MINSIZE for minSize.
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

// check reports each wrong field once, in alphabetical order.
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
	case []any:
		return f.Type == "array" && f.fitsList(value)
	case map[string]any:
		return f.Type == "object" && len(f.misfits(value)) == 0
	}
	return false
}

func (f field) fitsList(list []any) bool {
	for _, item := range list {
		if !f.Items.fits(item) {
			return false
		}
	}
	return len(list) >= f.MinItems && (f.MaxItems == nil || len(list) <= *f.MaxItems)
}

func (f field) fitsText(text string) bool {
	length := utf8.RuneCountInString(text)
	return length >= f.MinLength && (f.MaxLength == nil || length <= *f.MaxLength) && f.Pattern.fits(text) &&
		(f.If == nil || !f.If.fitsText(text) || f.Then.fitsText(text))
}

func (s schema) problem(name string, value any) Problem {
	if field, known := s.fields[name]; known {
		if message := field.misfit(value); message != "" {
			return Problem{name, message}
		}
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

// outOfRange compares durations. The pattern refuses other texts.
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

// bounded returns a copy with float64 for numbers, because 1e999999999 has too many digits.
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
