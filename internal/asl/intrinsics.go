package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"strconv"
)

// intrinsic is one of the functions of https://states-language.net/spec.html#appendix-b.
type intrinsic struct {
	least, most int // arguments
	apply       func(arguments []any) (any, error)
}

var intrinsics = map[string]intrinsic{
	"States.Format":       {1, math.MaxInt, format},
	"States.StringToJson": {1, 1, one(func(text string) (any, error) { return decode([]byte(text)) })},
	"States.JsonToString": {1, 1, func(a []any) (any, error) { return encode(a[0]) }},
	"States.Array":        {0, math.MaxInt, func(a []any) (any, error) { return a, nil }},
	"States.ArrayGetItem": {2, 2, two(arrayGetItem)},
	"States.ArrayLength":  {1, 1, one(func(list []any) (any, error) { return whole(len(list)), nil })},
	"States.JsonMerge":    {3, 3, two(jsonMerge)},
	"States.MathAdd":      {2, 2, two(mathAdd)},
}

func one[A any](apply func(A) (any, error)) func([]any) (any, error) {
	return func(arguments []any) (any, error) {
		a, ok := arguments[0].(A)
		if !ok {
			return nil, fmt.Errorf("the argument %s has the wrong type", show(arguments[0]))
		}
		return apply(a)
	}
}

func two[A, B any](apply func(A, B) (any, error)) func([]any) (any, error) {
	return func(arguments []any) (any, error) {
		a, okA := arguments[0].(A)
		b, okB := arguments[1].(B)
		if !okA || !okB {
			return nil, fmt.Errorf("an argument has the wrong type: %s, %s", show(arguments[0]), show(arguments[1]))
		}
		return apply(a, b)
	}
}

func whole(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func arrayGetItem(list []any, index json.Number) (any, error) {
	i, err := strconv.Atoi(index.String())
	if err != nil || i < 0 || i >= len(list) {
		return nil, fmt.Errorf("there is no item %s in an array of %d", index, len(list))
	}
	return list[i], nil
}

func jsonMerge(first, second map[string]any) (any, error) {
	merged := maps.Clone(first)
	maps.Copy(merged, second)
	return merged, nil
}

// mathAdd rounds its arguments, as Step Functions does.
func mathAdd(a, b json.Number) (any, error) {
	x, errX := a.Float64()
	y, errY := b.Float64()
	sum := math.Round(x) + math.Round(y)
	if err := errors.Join(errX, errY); err != nil || math.Abs(sum) > 1<<53 {
		return nil, fmt.Errorf("%s + %s is out of range", a, b)
	}
	return whole(int(sum)), nil
}

// formatPart is a {} or an escaped character in a template of States.Format.
var formatPart = regexp.MustCompile(`(?s)\\.|\{\}`)

func format(arguments []any) (any, error) {
	template, ok := arguments[0].(string)
	if !ok {
		return nil, fmt.Errorf("the template %s is not a string", show(arguments[0]))
	}
	printed := make([]string, len(arguments)-1)
	for i, value := range arguments[1:] {
		switch v := value.(type) {
		case string:
			printed[i] = v
		case map[string]any, []any:
			return nil, fmt.Errorf("%s is neither string, number, boolean nor null", show(v))
		default:
			printed[i] = show(v)
		}
	}
	used := 0
	out := formatPart.ReplaceAllStringFunc(template, func(part string) string {
		if part != "{}" {
			return part[1:]
		}
		if used++; used > len(printed) {
			return ""
		}
		return printed[used-1]
	})
	if used != len(printed) {
		return nil, fmt.Errorf("%d {} for %d values", used, len(printed))
	}
	return out, nil
}

// call is an intrinsic function with its arguments.
type call struct {
	name      string
	arguments []expression
}

func (c call) eval(s scope) (any, *TaskError) {
	values := make([]any, len(c.arguments))
	for i, argument := range c.arguments {
		value, fail := argument.eval(s)
		if fail != nil {
			return nil, fail
		}
		values[i] = value
	}
	value, err := intrinsics[c.name].apply(values)
	if err != nil {
		return nil, &TaskError{errorIntrinsicFailure, fmt.Sprintf("%s: %v", c.name, err)}
	}
	return value, nil
}
