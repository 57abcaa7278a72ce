package asl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// expression gives a value within a Payload Template.
type expression interface {
	eval(scope) (any, *TaskError)
}

type literal struct{ value any }

func (l literal) eval(scope) (any, *TaskError) { return l.value, nil }

func (p *path) eval(s scope) (any, *TaskError) { return p.get(s, errorParameterPathFailure) }

// template is a compiled Payload Template,
// https://states-language.net/spec.html#payload-template.
type template map[string]expression

func (t template) eval(s scope) (any, *TaskError) {
	out := make(map[string]any, len(t))
	for _, name := range slices.Sorted(maps.Keys(t)) {
		value, fail := t[name].eval(s)
		if fail != nil {
			return nil, &TaskError{fail.Name, fmt.Sprintf("%s (for the field %q)", fail.Cause, name)}
		}
		out[name] = value
	}
	return out, nil
}

type templateArray []expression

func (t templateArray) eval(s scope) (any, *TaskError) {
	out := make([]any, len(t))
	for i, item := range t {
		value, fail := item.eval(s)
		if fail != nil {
			return nil, fail
		}
		out[i] = value
	}
	return out, nil
}

// template reads the Payload Template in a field; nil when the field is absent.
func (f *fields) template(key string) template {
	object, ok := read[map[string]any](f, key, "a JSON object")
	if !ok {
		return nil
	}
	return f.templateObject(key, object)
}

func (f *fields) templateObject(place string, object map[string]any) template {
	t := template{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at, name := place+"."+key, strings.TrimSuffix(key, ".$")
		if t[name] != nil {
			f.problem("%s is given twice, with and without .$: keep one", at)
		} else if name == key {
			t[name] = f.templateValue(at, object[key])
		} else {
			t[name] = f.dynamic(at, object[key])
		}
	}
	return t
}

func (f *fields) templateValue(place string, value any) expression {
	switch v := value.(type) {
	case map[string]any:
		return f.templateObject(place, v)
	case []any:
		items := make(templateArray, len(v))
		for i := range v {
			items[i] = f.templateValue(fmt.Sprintf("%s[%d]", place, i), v[i])
		}
		return items
	}
	return literal{value}
}

// dynamic compiles what a field ending in .$ may hold: a path or an intrinsic function.
func (f *fields) dynamic(place string, value any) expression {
	var e expression
	text, ok := value.(string)
	err := errors.New("give it a path or an intrinsic function in a string")
	if ok {
		e, err = parseExpression(text)
	}
	if err != nil {
		f.problem("%s is %s: %v", place, show(value), err)
	}
	return e
}

func parseExpression(text string) (expression, error) {
	if strings.HasPrefix(text, "$") {
		return parsePath(text)
	}
	return parseIntrinsic(text)
}
