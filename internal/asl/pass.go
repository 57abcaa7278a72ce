package asl

import (
	"context"
	"errors"
)

// pass is a Pass state, and Succeed too: both hand data on.
type pass struct {
	result any
	fixed  bool // there is a Result
}

func (f *fields) pass(*state) action {
	value, fixed := f.take("Result")
	return &pass{value, fixed}
}

func (f *fields) succeed(*state) action { return &pass{} }

func (p *pass) run(_ context.Context, v *visit, in payload) (any, string, *TaskError) {
	if p.fixed {
		return p.result, v.state.next, nil
	}
	return in.value, v.state.next, nil
}

// fail ends the execution, or the branch, with an error.
type fail struct{ name, cause expression }

func (f *fields) fail(*state) action {
	return &fail{f.fixedOrPath("Error"), f.fixedOrPath("Cause")}
}

// fixedOrPath reads Error or ErrorPath, Cause or CausePath.
func (f *fields) fixedOrPath(key string) expression {
	fixed := f.text(key)
	value, dynamic := f.take(key + "Path")
	if !dynamic {
		return literal{fixed}
	}
	if fixed != "" {
		f.problem("it has both %s and %sPath: keep one", key, key)
	}
	return f.dynamic(key+"Path", value)
}

func (x *fail) run(_ context.Context, v *visit, in payload) (any, string, *TaskError) {
	s := scope{in.value, v.contextObject()}
	name, err1 := asText(x.name, s)
	cause, err2 := asText(x.cause, s)
	if err := errors.Join(err1, err2); err != nil {
		return nil, "", &TaskError{errorRuntime, err.Error()}
	}
	return nil, "", &TaskError{name, cause}
}

func asText(e expression, s scope) (string, error) {
	value, failure := e.eval(s)
	if failure != nil {
		return "", failure
	}
	text, ok := value.(string)
	if !ok {
		return "", errors.New("ErrorPath or CausePath leads to " + show(value) + ", not to a string")
	}
	return text, nil
}
