package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// machine is a state machine's definition, or a branch's, as far as a drawing shows it.
type machine struct {
	StartAt string
	States  map[string]*state
}

type state struct {
	Type, Comment, Next, Default, Error string
	End                                 bool
	Seconds                             int
	Choices                             []choice
	Branches                            []machine
	Retry                               []retrier
	Catch                               []catcher
}

type choice struct {
	Variable, Next           string
	StringEquals             *string
	BooleanEquals, IsPresent *bool
}

type retrier struct {
	ErrorEquals []string
	MaxAttempts int64
}

type catcher struct {
	ErrorEquals []string
	Next        string
}

func read(definition []byte) (m machine, err error) {
	if err := json.Unmarshal(definition, &m); err != nil {
		return m, err
	}
	return m, m.check()
}

// check refuses choices that the drawing would say nothing or something wrong of.
func (m machine) check() error {
	for name, s := range m.States {
		for _, c := range s.Choices {
			if c.words() == "" {
				return fmt.Errorf("state %s: the drawing has no words for its choice on %s; give it some in tools/pictures/graph/machine.go", name, c.Variable)
			}
		}
		for _, branch := range s.Branches {
			if err := branch.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// words say when a choice is taken: the value that is looked for, or the field that is looked at.
func (c choice) words() string {
	field := c.Variable[strings.LastIndex(c.Variable, ".")+1:]
	switch {
	case c.StringEquals != nil && *c.StringEquals != "":
		return *c.StringEquals
	case c.BooleanEquals != nil && *c.BooleanEquals, c.IsPresent != nil && *c.IsPresent:
		return field
	case c.StringEquals != nil, c.BooleanEquals != nil, c.IsPresent != nil:
		return "no " + field
	}
	return ""
}

// label says what a decision for a state depends on; "otherwise" for the default.
func (s *state) label(to string) string {
	var words []string
	for _, c := range s.Choices {
		if c.Next == to {
			words = append(words, c.words())
		}
	}
	if len(words) == 0 {
		return "otherwise"
	}
	return strings.Join(words, ", ")
}

// label names the errors that are caught, but for a catch of all.
func (c catcher) label() string {
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

// common are the errors that most steps retry. A drawing marks those by a sign, and names the others.
func (r retrier) common() bool {
	return slices.Contains(r.ErrorEquals, "Throttled") || slices.Contains(r.ErrorEquals, "Lambda.ServiceException")
}
