package asl

import (
	"context"
	"fmt"
	"maps"
	"strings"
)

// state is one state of a definition. What differs by type is in the action.
type state struct {
	name, kind, place string
	parent            string // the Parallel it belongs to; empty at the top
	branch            int

	next       string // empty at an end, and in a Choice
	end        bool
	input      *path
	parameters template // nil: none
	selector   template // ResultSelector; nil: none
	result     *path    // ResultPath
	output     *path
	retry      []retrier
	catch      []catcher
	action     action
}

// action is what a state of a certain type does with its effective input. It
// returns the result and the next state.
type action interface {
	run(ctx context.Context, v *visit, in payload) (result any, next string, fail *TaskError)
}

// actionReader reads the fields that only one type has.
func actionReader(kind string) func(*fields, *state) action {
	return map[string]func(*fields, *state) action{
		"Task": (*fields).task, "Choice": (*fields).choice, "Wait": (*fields).wait, "Pass": (*fields).pass,
		"Succeed": (*fields).succeed, "Fail": (*fields).fail, "Parallel": (*fields).parallel,
	}[kind]
}

func (l *loader) state(name string, value any) *state {
	s := &state{name: name, place: fmt.Sprintf("state %q", name), input: wholePath, result: wholePath, output: wholePath}
	l.states = append(l.states, s)
	f, ok := l.fields(s.place, value)
	if !ok {
		return s
	}
	f.require("Type")
	s.kind = f.text("Type")
	action := actionReader(s.kind)
	if action == nil {
		f.problem("Type is %q: use Task, Choice, Wait, Pass, Succeed, Fail or Parallel; others are not supported", s.kind)
		return s
	}
	f.text("Comment")
	f.queryLanguage()
	f.transition(s)
	f.data(s)
	s.action = action(f, s)
	f.token(s)
	f.rest()
	return s
}

// transition reads Next and End, which Choice, Succeed and Fail do not have.
func (f *fields) transition(s *state) {
	if s.kind == "Choice" || s.kind == "Succeed" || s.kind == "Fail" {
		s.end = s.kind != "Choice"
		return
	}
	s.next = f.text("Next")
	s.end, _ = read[bool](f, "End", "true")
	if (s.next != "") == s.end {
		f.problem("Next is %q and End is %t: give it either a Next or \"End\": true", s.next, s.end)
	}
}

// data reads the fields of input and output processing, as far as the type has
// them: https://states-language.net/spec.html#state-type-table.
func (f *fields) data(s *state) {
	if s.kind == "Fail" {
		return
	}
	s.input, s.output = f.path("InputPath"), f.path("OutputPath")
	works := s.kind == "Task" || s.kind == "Parallel"
	if works || s.kind == "Pass" {
		s.parameters, s.result = f.template("Parameters"), f.resultPath()
	}
	if works {
		s.selector = f.template("ResultSelector")
		f.retriers(s)
		f.catchers(s)
	}
}

// token reports reading the task token where there is none.
func (f *fields) token(s *state) {
	elsewhere := maps.Clone(f.object)
	delete(elsewhere, "Comment")
	delete(elsewhere, "Branches")
	if t, ok := s.action.(*task); ok {
		delete(elsewhere, "Parameters")
		if reads := readsToken(f.object["Parameters"]); reads != t.waits() {
			f.problem("Resource is %q, and that Parameters read $$.Task.Token is %t: a waitForTaskToken task must pass the token on, others have none", t.resource, reads)
		}
	}
	if readsToken(elsewhere) {
		f.problem("it reads $$.Task.Token: do so in the Parameters of a waitForTaskToken task")
	}
}

// readsToken tells whether a part of a definition names the task token.
func readsToken(value any) bool {
	text, err := encode(value)
	return err == nil && strings.Contains(text, "$$.Task")
}

// effectiveInput applies InputPath and Parameters.
func (s *state) effectiveInput(sc scope) (payload, *TaskError) {
	data, fail := s.input.choose(sc)
	if fail == nil && s.parameters != nil {
		data, fail = s.parameters.eval(scope{data, sc.context})
	}
	if fail != nil {
		return payload{}, fail
	}
	return newPayload(data)
}

// effectiveOutput applies ResultSelector, ResultPath and OutputPath.
func (s *state) effectiveOutput(sc scope, result any) (out payload, fail *TaskError) {
	if s.selector != nil {
		result, fail = s.selector.eval(scope{result, sc.context})
	}
	if fail == nil {
		result, fail = s.result.combine(sc.data, result)
	}
	if fail == nil {
		result, fail = s.output.choose(scope{result, sc.context})
	}
	if fail != nil {
		return payload{}, fail
	}
	return newPayload(result)
}
