package asl

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// scope is what paths apply to: the data, and the Context Object for paths that
// begin with $$.
type scope struct{ data, context any }

// path is a compiled Path, https://states-language.net/spec.html#path. A nil
// *path stands for null in InputPath, OutputPath and ResultPath.
type path struct {
	text      string
	inContext bool
	steps     []jp.Frag
	definite  bool // selects one node at most
}

var wholePath = &path{text: "$", definite: true}

// contextPath has what the Context Object holds, so that a typing error shows at
// load: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html.
var contextPath = regexp.MustCompile(`^\$\$(\.Execution(\.(Id|Name|RoleArn|StartTime|Input(\W.*)?))?` +
	`|\.State(\.(Name|EnteredTime|RetryCount))?|\.StateMachine(\.(Id|Name))?|\.Task\.Token)?$`)

func parsePath(text string) (*path, error) {
	if !strings.HasPrefix(text, "$") {
		return nil, errors.New("a path begins with $")
	}
	p := &path{text: text, inContext: strings.HasPrefix(text, "$$"), definite: true}
	if p.inContext && !contextPath.MatchString(text) {
		return nil, errors.New("the Context Object has Execution (Id, Name, Input, RoleArn, StartTime), " +
			"State (Name, EnteredTime, RetryCount), StateMachine (Id, Name) and Task.Token only")
	}
	expr, err := jp.ParseString("$" + strings.TrimLeft(text, "$"))
	if err != nil {
		return nil, fmt.Errorf("%w; write names that have other characters than letters, digits and _ as ['name']", err)
	}
	p.steps = expr[1:]
	for _, step := range p.steps {
		switch step.(type) {
		case jp.Child, jp.Nth:
		case jp.Slice, jp.Union, jp.Wildcard:
			p.definite = false
		default:
			return nil, errors.New("filters, scripts and recursive descent are not supported; use names, indexes, slices and *")
		}
	}
	return p, nil
}

// reference tells whether this is a Reference Path within the input.
func (p *path) reference() bool {
	return p.definite && !p.inContext && !slices.ContainsFunc(p.steps, func(step jp.Frag) bool {
		n, index := step.(jp.Nth)
		return index && n < 0
	})
}

// find applies the path. A definite path finds a node or not; any other finds
// an array, perhaps an empty one.
func (p *path) find(s scope) (any, bool) {
	found := []any{s.data}
	if p.inContext {
		found[0] = s.context
	}
	for _, step := range p.steps {
		next := []any{}
		for _, value := range found {
			next = append(next, apply(step, value)...)
		}
		found = next
	}
	if !p.definite {
		return found, true
	}
	return append(found, nil)[0], len(found) > 0
}

// apply takes one step. The library walks objects in the order of a Go map, but
// executions must be repeatable.
func apply(step jp.Frag, value any) (found []any) {
	object, ok := value.(map[string]any)
	if _, all := step.(jp.Wildcard); !all || !ok {
		return jp.Expr{step}.Get(value)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		found = append(found, object[key])
	}
	return found
}

// get is find for a path that must lead somewhere.
func (p *path) get(s scope, errorName string) (any, *TaskError) {
	value, ok := p.find(s)
	if !ok {
		return nil, &TaskError{errorName, fmt.Sprintf("the path %s leads nowhere in the input", p.text)}
	}
	return value, nil
}

// choose applies an InputPath or OutputPath.
func (p *path) choose(s scope) (any, *TaskError) {
	if p == nil {
		return map[string]any{}, nil
	}
	return p.get(s, errorRuntime)
}

// combine applies a ResultPath.
func (p *path) combine(raw, result any) (any, *TaskError) {
	if p == nil {
		return raw, nil
	}
	out, ok := put(raw, p.steps, result)
	if !ok {
		return nil, &TaskError{errorResultPathMatchFailure, fmt.Sprintf("ResultPath %s cannot be applied to the input", p.text)}
	}
	return out, nil
}

// put places a value, making objects on the way and copying what changes.
func put(into any, steps []jp.Frag, value any) (out any, ok bool) {
	if len(steps) == 0 {
		return value, true
	}
	switch old := into.(type) {
	case map[string]any:
		key, isKey := steps[0].(jp.Child)
		inner, exists := old[string(key)]
		if !exists {
			inner = map[string]any{}
		}
		changed := maps.Clone(old)
		changed[string(key)], ok = put(inner, steps[1:], value)
		return changed, ok && isKey
	case []any:
		index, isIndex := steps[0].(jp.Nth)
		if !isIndex || int(index) >= len(old) {
			return nil, false
		}
		changed := slices.Clone(old)
		changed[index], ok = put(old[index], steps[1:], value)
		return changed, ok
	}
	return nil, false
}
