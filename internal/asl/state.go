package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// graph holds the states of the machine, or of one branch.
type graph struct {
	StartAt string
	States  map[string]*state
}

// state is one state of a definition. Only the fields of its Type are used.
type state struct {
	name   string
	parent string // the Parallel that contains it, or empty
	branch int

	Type           string
	Next           string
	End            bool
	InputPath      pathOrNull
	Parameters     constant
	ResultSelector constant
	ResultPath     pathOrNull
	OutputPath     pathOrNull
	Retry          []retrier
	Catch          []catcher

	Resource           string // of a Task
	TimeoutSeconds     int64  // 0 if not given
	TimeoutSecondsPath path
	HeartbeatSeconds   int64 // 0 if not given
	Branches           []graph
	Result             constant
	Seconds            int64
	SecondsPath        path
	Choices            []rule
	Default            string
	Error, Cause       string
	ErrorPath          path
	CausePath          path
}

// constant is JSON in a definition, with its numbers unchanged.
type constant struct {
	given bool
	value any
}

func (c *constant) UnmarshalJSON(text []byte) (err error) {
	c.given = true
	c.value, err = decode(text)
	return err
}

// name sets the names of the states and appends the states to the known ones.
func (g graph) name(known []*state, parent string, branch int) []*state {
	for _, name := range slices.Sorted(maps.Keys(g.States)) {
		s := g.States[name]
		s.name, s.parent, s.branch = name, parent, branch
		known = append(known, s)
		for i, inner := range s.Branches {
			known = inner.name(known, name, i)
		}
	}
	return known
}

// run executes the state with its effective input. It returns the result and the next state.
func (s *state) run(ctx context.Context, v *visit, in payload) (result any, next string, fail *TaskError) {
	result, next = in.value, s.Next
	sc := scope{in.value, v.contextObject()}
	switch s.Type {
	case "Task":
		result, fail = s.task(ctx, v, in)
	case "Parallel":
		result, fail = s.parallel(ctx, v, in)
	case "Pass":
		if s.Result.given {
			result = s.Result.value
		}
	case "Wait":
		fail = s.wait(ctx, v, sc)
	case "Choice":
		next, fail = s.choose(sc)
	case "Fail":
		fail = s.failure(sc)
	}
	return result, next, fail
}

// wait pauses for the given seconds, which a path leads to or the state has.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
func (s *state) wait(ctx context.Context, v *visit, sc scope) *TaskError {
	seconds := s.Seconds
	if s.SecondsPath != "" {
		var fail *TaskError
		if seconds, fail = s.SecondsPath.seconds(sc, "SecondsPath", 0); fail != nil {
			return fail
		}
	}
	if !v.exec.pause(ctx, time.Duration(seconds)*time.Second) {
		return interrupted
	}
	return nil
}

// timeout returns the seconds after which a Task times out, or 0 if it has no such field. A path leads
// to them in the state's input.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
func (s *state) timeout(sc scope) (int64, *TaskError) {
	if s.TimeoutSecondsPath == "" {
		return s.TimeoutSeconds, nil
	}
	return s.TimeoutSecondsPath.seconds(sc, "TimeoutSecondsPath", 1)
}

// seconds returns the number of seconds that the path of a field leads to.
func (p path) seconds(sc scope, field string, least int64) (int64, *TaskError) {
	value, _ := p.find(sc)
	number, _ := value.(json.Number)
	seconds, err := number.Int64()
	if err != nil || seconds < least || seconds > maxSeconds {
		return 0, &TaskError{errorRuntime, fmt.Sprintf("%s %s leads to %s, not to a whole number from %d to %d", field, p, show(value), least, maxSeconds)}
	}
	return seconds, nil
}

// failure returns the error and cause with which a Fail state ends the execution or the branch.
func (s *state) failure(sc scope) *TaskError {
	end := &TaskError{s.Error, s.Cause}
	for i, from := range []path{s.ErrorPath, s.CausePath} {
		if from == "" {
			continue
		}
		value, _ := from.find(sc)
		text, ok := value.(string)
		if !ok {
			return &TaskError{errorRuntime, fmt.Sprintf("%s leads to %s, not to a string", from, show(value))}
		}
		*[]*string{&end.Name, &end.Cause}[i] = text
	}
	return end
}

// effectiveInput applies InputPath and Parameters.
func (s *state) effectiveInput(sc scope) (payload, *TaskError) {
	data, fail := s.InputPath.choose(sc)
	if fail == nil && s.Parameters.given {
		data, fail = fill(s.Parameters.value, scope{data, sc.context})
	}
	if fail != nil {
		return payload{}, fail
	}
	return newPayload(data)
}

// effectiveOutput applies ResultSelector, ResultPath and OutputPath.
func (s *state) effectiveOutput(sc scope, result any) (out payload, fail *TaskError) {
	if s.ResultSelector.given {
		result, fail = fill(s.ResultSelector.value, scope{result, sc.context})
	}
	if fail == nil {
		result, fail = s.ResultPath.combine(sc.data, result)
	}
	if fail == nil {
		result, fail = s.OutputPath.choose(scope{result, sc.context})
	}
	if fail != nil {
		return payload{}, fail
	}
	return newPayload(result)
}
