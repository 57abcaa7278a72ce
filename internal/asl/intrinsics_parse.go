package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// argumentForm has the forms of an argument: a string, a path, another scalar,
// or the head of a call.
var argumentForm = regexp.MustCompile(`^ *(?:'((?:[^'\\{}]|\{\}|\\['{}\\])*)'|(\$(?:[^,()\[\]]|\[[^\]]*\])*)|` +
	`(-?\d[\d.eE+-]*|true|false|null)|([\w.]+)\()`)

// intrinsicParser reads calls such as States.Format('{} of {}', $.a, States.MathAdd($.b, 1)).
type intrinsicParser struct {
	rest  string
	depth int
}

func parseIntrinsic(text string) (expression, error) {
	if !strings.HasPrefix(text, "States.") {
		return nil, errors.New("begin it with $ or States., or take the .$ off the field's name")
	}
	p := &intrinsicParser{rest: text}
	e, err := p.argument(false)
	if err == nil && strings.TrimSpace(p.rest) != "" {
		return nil, fmt.Errorf("take away what follows the call: %q", p.rest)
	}
	return e, err
}

func (p *intrinsicParser) argument(template bool) (expression, error) {
	match := argumentForm.FindStringSubmatchIndex(p.rest)
	if match == nil {
		return nil, fmt.Errorf("at %q: write a path, 'a string' with \\ before each ' { } and \\, a number, true, false, null or a call", p.rest)
	}
	group := func(i int) string { return p.rest[match[2*i]:match[2*i+1]] }
	var e expression
	var err error
	switch after := p.rest[match[1]:]; {
	case match[2] >= 0:
		text := group(1)
		if !template { // of States.Format, which tells \{} from {}
			text = formatPart.ReplaceAllStringFunc(text, func(part string) string { return strings.TrimPrefix(part, `\`) })
		}
		e, p.rest = literal{text}, after
	case match[4] >= 0:
		e, err = parsePath(strings.TrimRight(group(2), " "))
		p.rest = after
	case match[6] >= 0:
		var value any
		value, err = decode([]byte(group(3)))
		e, p.rest = literal{value}, after
	default:
		name := group(4)
		p.rest = after
		return p.call(name)
	}
	return e, err
}

func (p *intrinsicParser) call(name string) (expression, error) {
	function, known := intrinsics[name]
	if !known {
		return nil, fmt.Errorf("the intrinsic function %s is not supported; there are %s", name,
			strings.Join(slices.Sorted(maps.Keys(intrinsics)), ", "))
	}
	if p.depth++; p.depth > 10 { // as many as Step Functions allows
		return nil, errors.New("there are more than 10 calls; use several states")
	}
	c := call{name: name}
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if after, closed := strings.CutPrefix(p.rest, ")"); closed {
			p.rest = after
			break
		}
		if len(c.arguments) > 0 {
			after, comma := strings.CutPrefix(p.rest, ",")
			if !comma {
				return nil, fmt.Errorf("at %q: close %s with ), or go on with a comma", p.rest, name)
			}
			p.rest = after
		}
		argument, err := p.argument(name == "States.Format" && len(c.arguments) == 0)
		if err != nil {
			return nil, err
		}
		c.arguments = append(c.arguments, argument)
	}
	if n := len(c.arguments); n < function.least || n > function.most {
		return nil, fmt.Errorf("%s has %d arguments; it needs %d", name, n, function.least)
	}
	return c, c.check()
}

// check finds what would fail in every run.
func (c call) check() error {
	first, _ := append(c.arguments, nil)[0].(literal)
	text, isText := first.value.(string)
	switch {
	case c.name == "States.JsonMerge" && c.arguments[2] != expression(literal{false}):
		return errors.New("States.JsonMerge merges shallowly only; give it false as the third argument")
	case c.name == "States.Format" && isText:
		values := make([]any, len(c.arguments))
		for i := range values {
			values[i] = json.Number("0")
		}
		values[0] = text
		if _, err := format(values); err != nil {
			return fmt.Errorf("States.Format has %w; give it as many", err)
		}
	}
	return nil
}
