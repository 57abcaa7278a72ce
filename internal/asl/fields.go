package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fields reads one JSON object of a definition. It notes what is read: what is
// left over at the end is not supported there.
type fields struct {
	loader *loader
	place  string
	object map[string]any
	known  []string
}

func (l *loader) fields(place string, value any) (*fields, bool) {
	object, ok := value.(map[string]any)
	if !ok {
		l.problem(place, "it is %s: give it a JSON object", show(value))
	}
	return &fields{loader: l, place: place, object: object}, ok
}

func (f *fields) problem(format string, args ...any) {
	f.loader.problem(f.place, format, args...)
}

func (f *fields) take(key string) (any, bool) {
	f.known = append(f.known, key)
	value, ok := f.object[key]
	return value, ok
}

// require reports fields that must be there.
func (f *fields) require(keys ...string) {
	for _, key := range keys {
		if _, ok := f.object[key]; !ok {
			f.problem("%s is missing: add it", key)
		}
	}
}

// read reads a field of one JSON type; false when it is absent or of another.
func read[T any](f *fields, key, wanted string) (T, bool) {
	value, given := f.take(key)
	typed, ok := value.(T)
	if given && !ok {
		f.problem("%s is %s: give it %s", key, show(value), wanted)
	}
	return typed, ok
}

// text reads a string; it is empty when the field is absent.
func (f *fields) text(key string) string {
	text, ok := read[string](f, key, "a string")
	if ok && text == "" {
		f.problem("%s is empty: give it a text", key)
	}
	return text
}

func (f *fields) integer(key string, least, most, absent int64) int64 {
	wanted := fmt.Sprintf("a whole number from %d to %d", least, most)
	number, ok := read[json.Number](f, key, wanted)
	if !ok {
		return absent
	}
	n, err := number.Int64()
	if err != nil || n < least || n > most {
		f.problem("%s is %s: give it %s", key, number, wanted)
	}
	return n
}

// each reads an array of objects that must not be empty, with fields for each.
func (f *fields) each(key string, use func(i int, item *fields, last bool)) {
	list := f.list(key)
	for i, value := range list {
		if item, ok := f.loader.fields(fmt.Sprintf("%s, %s[%d]", f.place, key, i), value); ok {
			use(i, item, i == len(list)-1)
			item.rest()
		}
	}
}

func (f *fields) list(key string) []any {
	list, ok := read[[]any](f, key, "an array")
	if ok && len(list) == 0 {
		f.problem("%s is []: give it an entry at least", key)
	}
	return list
}

// path reads a Path; absent means $, and null gives nil.
func (f *fields) path(key string) *path {
	if value, given := f.object[key]; given && value == nil {
		f.known = append(f.known, key)
		return nil
	}
	text, ok := read[string](f, key, "a path such as $.name")
	if !ok {
		return wholePath
	}
	p, err := parsePath(text)
	if err != nil {
		f.problem("%s is %q: %v", key, text, err)
		return wholePath
	}
	return p
}

// definite reads a path to one value; $ when it is absent or wrong.
func (f *fields) definite(key string) *path {
	p := f.path(key)
	if p == nil || !p.definite {
		f.problem("%s is %s: give it a path to one value, without * : or ,", key, show(f.object[key]))
		return wholePath
	}
	return p
}

// resultPath reads where to put a result; nil means to discard it.
func (f *fields) resultPath() *path {
	p := f.path("ResultPath")
	if p != nil && !p.reference() {
		f.problem("ResultPath is %q: give it a path to one value of the input, such as $.result", p.text)
	}
	return p
}

// refused says what to do instead of fields that other interpreters know.
var refused = map[string]string{
	"Assign":               "carry the value along with ResultPath",
	"Arguments":            "use Parameters",
	"Output":               "use ResultSelector, ResultPath and OutputPath",
	"Condition":            "use Variable and a comparison",
	"Credentials":          "take it away; tasks use the state machine's role",
	"TimeoutSecondsPath":   "give TimeoutSeconds a number",
	"HeartbeatSecondsPath": "give HeartbeatSeconds a number",
}

// rest reports the fields that nothing has read.
func (f *fields) rest() {
	slices.Sort(f.known)
	for _, key := range slices.Sorted(maps.Keys(f.object)) {
		if slices.Contains(f.known, key) {
			continue
		}
		remedy := refused[key]
		if remedy == "" {
			remedy = "take it away; known here are " + strings.Join(slices.Compact(f.known), ", ")
		}
		f.problem("field %q is not supported: %s", key, remedy)
	}
}
