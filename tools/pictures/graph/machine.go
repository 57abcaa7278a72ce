package main

import (
	"fmt"
	"slices"
	"strings"

	"photogallery/statemachine"
)

// machine is a state machine's definition, or a branch's.
type machine struct{ statemachine.Definition }

func read(text []byte) (machine, error) {
	definition, err := statemachine.Parse(text)
	if err != nil {
		return machine{}, err
	}
	return machine{definition}, machine{definition}.check()
}

// check refuses choices that the drawing would show incompletely or wrongly.
func (m machine) check() error {
	for name, s := range m.States {
		for _, c := range s.Choices {
			if words(c) == "" {
				return fmt.Errorf("state %s: the drawing has no words for its choice on %s; give it some in tools/pictures/graph/machine.go", name, c.Variable)
			}
		}
		for _, branch := range s.Branches {
			if err := (machine{branch}).check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// words says when a choice is taken: the compared value, or the compared field.
func words(c statemachine.Choice) string {
	field := c.Variable[strings.LastIndex(c.Variable, ".")+1:]
	switch {
	case c.StringEquals != nil && *c.StringEquals != "":
		return *c.StringEquals
	case c.BooleanEquals != nil && *c.BooleanEquals, c.IsPresent != nil && *c.IsPresent:
		return field
	case c.BooleanEquals != nil:
		return "not " + field
	case c.StringEquals != nil, c.IsPresent != nil:
		return "no " + field
	}
	return ""
}

// label returns the condition of a decision for a state, or "otherwise" for the default.
func label(s *statemachine.State, to string) string {
	var all []string
	for _, c := range s.Choices {
		if c.Next == to {
			all = append(all, words(c))
		}
	}
	if len(all) == 0 {
		return "otherwise"
	}
	return strings.Join(all, ", ")
}

// caught names the caught errors, except for a catch of all.
func caught(c statemachine.Catcher) string {
	var words []string
	for _, name := range c.ErrorEquals {
		switch name {
		case "States.ALL":
			return ""
		case "States.Timeout", "States.HeartbeatTimeout":
			name = "time-out"
		}
		if !slices.Contains(words, name) {
			words = append(words, name)
		}
	}
	return strings.Join(words, ", ")
}

// isCommon reports whether they are the errors that most steps retry. A drawing has a sign for
// those, and names the others.
func isCommon(r statemachine.Retrier) bool {
	return slices.Contains(r.ErrorEquals, "Throttled") || slices.Contains(r.ErrorEquals, "Lambda.ServiceException")
}
