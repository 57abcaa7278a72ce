package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// scope is the data that paths apply to: the state's data, and the Context Object for paths that
// begin with $$.
type scope struct{ data, context any }

// path is a checked Path to one value, https://states-language.net/spec.html#path.
type path string

// pathOrNull is an InputPath, ResultPath or OutputPath. An absent one means $.
type pathOrNull struct {
	path path
	null bool
}

func (p *pathOrNull) UnmarshalJSON(text []byte) error {
	p.null = string(text) == "null"
	return json.Unmarshal(text, &p.path)
}

// contextPath matches the fields of the Context Object, so that a typing error is found at load:
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html. Task.Token
// exists only in a task that waits for it.
var contextPath = regexp.MustCompile(`^\$\$\.(Execution\.(Id|Name|Input(\W.*)?)|State\.(Name|EnteredTime|RetryCount)|Task\.Token)$`)

func checkPath(text string) error {
	if !strings.HasPrefix(text, "$") {
		return errors.New("a path begins with $")
	}
	if strings.HasPrefix(text, "$$") && !contextPath.MatchString(text) {
		return errors.New("the Context Object has Execution.Id, Execution.Name, Execution.Input, State.Name, State.EnteredTime, State.RetryCount and Task.Token only")
	}
	steps, err := jp.ParseString("$" + strings.TrimLeft(text, "$"))
	if err != nil {
		return fmt.Errorf("%w; write names that have other characters than letters, digits and _ as ['name']", err)
	}
	for _, step := range steps[1:] {
		index, isIndex := step.(jp.Nth)
		if _, isName := step.(jp.Child); !isName && !isIndex || index < 0 {
			return errors.New("only names and indexes from 0 are supported, which lead to one value")
		}
	}
	return nil
}

func (p path) steps() jp.Expr { return jp.MustParseString("$" + strings.TrimLeft(string(p), "$")) }

// find applies the path, and returns false if it leads nowhere.
func (p path) find(s scope) (any, bool) {
	from := s.data
	if strings.HasPrefix(string(p), "$$") {
		from = s.context
	}
	found := p.steps().Get(from)
	return append(found, nil)[0], len(found) > 0
}

// get is find for a path that must exist. The specification says States.ParameterPathFailure for a
// payload template; AWS records States.Runtime there, too, which nothing catches:
// https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/stepfunctions/v2/scenarios/test_base_scenarios.snapshot.json
// https://000047.awsstudygroup.com/3-serviceorchestration/3.3-updatepermission/3.3.3-checkworkflow/
func (p path) get(s scope) (any, *TaskError) {
	value, ok := p.find(s)
	if !ok {
		return nil, &TaskError{errorRuntime, fmt.Sprintf("the path %s leads nowhere in the input", p)}
	}
	return value, nil
}

// choose applies an InputPath or OutputPath.
func (p pathOrNull) choose(s scope) (any, *TaskError) {
	switch {
	case p.null:
		return map[string]any{}, nil
	case p.path == "":
		return s.data, nil
	}
	return p.path.get(s)
}

// combine applies a ResultPath.
func (p pathOrNull) combine(raw, result any) (any, *TaskError) {
	switch {
	case p.null:
		return raw, nil
	case p.path == "":
		return result, nil
	}
	out, ok := put(raw, p.path.steps()[1:], result)
	if !ok {
		return nil, &TaskError{errorResultPathMatchFailure, fmt.Sprintf("ResultPath %s cannot be applied to the input", p.path)}
	}
	return out, nil
}

// put sets a value. It makes missing objects and copies those that change.
func put(into any, names jp.Expr, value any) (any, bool) {
	if len(names) == 0 {
		return value, true
	}
	old, ok := into.(map[string]any)
	if !ok {
		return nil, false
	}
	key := string(names[0].(jp.Child))
	inner, exists := old[key]
	if !exists {
		inner = map[string]any{}
	}
	changed := maps.Clone(old)
	changed[key], ok = put(inner, names[1:], value)
	return changed, ok
}
