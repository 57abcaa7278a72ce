package asl

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// fill fills in the values of a Payload Template,
// https://states-language.net/spec.html#payload-template.
func fill(template any, s scope) (any, *TaskError) {
	switch t := template.(type) {
	case map[string]any:
		return fillObject(t, s)
	case []any:
		items, fail := each(t, func(item any) (any, *TaskError) { return fill(item, s) })
		return items, fail
	}
	return template, nil
}

func fillObject(template map[string]any, s scope) (any, *TaskError) {
	out := make(map[string]any, len(template))
	for _, key := range slices.Sorted(maps.Keys(template)) {
		name, dynamic := strings.CutSuffix(key, ".$")
		var fail *TaskError
		if text, ok := template[key].(string); ok && dynamic {
			out[name], fail = evaluate(text, s)
		} else {
			out[name], fail = fill(template[key], s)
		}
		if fail != nil {
			return nil, &TaskError{fail.Name, fmt.Sprintf("%s (for the field %q)", fail.Cause, name)}
		}
	}
	return out, nil
}

// each returns a new array with f applied to each item.
func each(items []any, convert func(any) (any, *TaskError)) ([]any, *TaskError) {
	out := make([]any, len(items))
	for i, item := range items {
		value, fail := convert(item)
		if fail != nil {
			return nil, fail
		}
		out[i] = value
	}
	return out, nil
}

// evaluate returns the value of a field whose name ends in .$. Its content, a path or an intrinsic
// function, has been checked.
func evaluate(text string, s scope) (any, *TaskError) {
	if strings.HasPrefix(text, "$") {
		return path(text).get(s)
	}
	c, _ := parseCall(text)
	return c.eval(s)
}

func checkDynamic(text string) error {
	if strings.HasPrefix(text, "$") {
		return checkPath(text)
	}
	_, err := parseCall(text)
	return err
}

// call is an intrinsic function, https://states-language.net/spec.html#appendix-b.
type call struct {
	function  string // Array or Format
	arguments []any  // values and paths
}

var (
	callForm     = regexp.MustCompile(`^States\.(\w+)\( *(?:(.*[^, ]) *)?\)$`)
	argumentForm = regexp.MustCompile(`^(?:'((?:[^'\\{}]|\{\})*)'|(\$[^,()]*?)|(-?\d[\d.eE+-]*|true|false|null)) *(?:, *|$)`)
)

func parseCall(text string) (c call, err error) {
	match := callForm.FindStringSubmatch(text)
	if match == nil {
		return c, errors.New("begin it with $, or write one call such as States.Array($.a), or take the .$ off the field's name")
	}
	if c.function = match[1]; c.function != "Array" && c.function != "Format" {
		return c, fmt.Errorf("the intrinsic function States.%s is not supported; there are States.Array and States.Format", c.function)
	}
	for rest := match[2]; rest != "" && err == nil; rest = rest[len(match[0]):] {
		if match = argumentForm.FindStringSubmatch(rest); match == nil {
			return c, fmt.Errorf("at %q: write a path, 'a string' without \\ and quotes, and without { and } except for {}, a number, true, false or null", rest)
		}
		var argument any = match[1]
		if match[2] != "" {
			argument = path(match[2])
			err = checkPath(match[2])
		} else if match[3] != "" {
			argument, err = decode([]byte(match[3]))
		}
		c.arguments = append(c.arguments, argument)
	}
	if c.function == "Format" && err == nil {
		template, _ := append(c.arguments, nil)[0].(string)
		if places := strings.Count(template, "{}"); len(c.arguments) != places+1 {
			return c, fmt.Errorf("States.Format has %d {} in its template and %d arguments; give it 'a template', and a value for each {}", places, len(c.arguments))
		}
	}
	return c, err
}

func (c call) eval(s scope) (any, *TaskError) {
	values, fail := each(c.arguments, func(argument any) (any, *TaskError) {
		if p, ok := argument.(path); ok {
			return p.get(s)
		}
		return argument, nil
	})
	if fail != nil || c.function == "Array" {
		return values, fail
	}
	parts := strings.Split(values[0].(string), "{}")
	out := parts[0]
	for i, value := range values[1:] {
		text, isText := value.(string)
		switch value.(type) {
		case map[string]any, []any:
			return nil, &TaskError{errorIntrinsicFailure, fmt.Sprintf("States.Format: %s is neither string, number, boolean nor null", show(value))}
		}
		if !isText {
			text, _ = encode(value)
		}
		out += text + parts[i+1]
	}
	return out, nil
}
