package statemachine

import (
	"encoding/json"
	"slices"
	"strings"
)

// Definition is a state machine or a branch of a Parallel state, as far as drawings and progress
// need it. It is not executed.
type Definition struct {
	StartAt string
	States  map[string]*State
}

// State is a state of any type. Fields that its type does not have are zero.
type State struct {
	Type, Comment, Next, Default, Error string
	End                                 bool
	Seconds                             int
	SecondsPath                         string
	Choices                             []Choice
	Branches                            []Definition
	Retry                               []Retrier
	Catch                               []Catcher
}

// Choice is a rule of a Choice state.
type Choice struct {
	Variable, Next           string
	StringEquals             *string
	BooleanEquals, IsPresent *bool
}

// Retrier is an entry of a Retry field.
type Retrier struct {
	ErrorEquals []string
	MaxAttempts int64
}

// Catcher is an entry of a Catch field.
type Catcher struct {
	ErrorEquals []string
	Next        string
}

// Parse reads a definition in Amazon States Language.
func Parse(text []byte) (d Definition, err error) {
	return d, json.Unmarshal(text, &d)
}

// Of returns the definition of the state machine with that name, or an empty Definition if it is
// not ours. Names end alike on AWS and on one machine.
func Of(machine string) Definition {
	text := []byte("{}")
	switch {
	case strings.HasSuffix(machine, "-release"):
		text = Release
	case strings.HasSuffix(machine, "-teardown"):
		text = Teardown
	}
	d, err := Parse(text)
	if err != nil {
		panic("an embedded state machine is not JSON: " + err.Error())
	}
	return d
}

// Find returns the state of that name, in branches too, or nil if there is none.
func (d Definition) Find(name string) *State {
	if found := d.States[name]; found != nil {
		return found
	}
	for _, s := range d.States {
		for _, branch := range s.Branches {
			if found := branch.Find(name); found != nil {
				return found
			}
		}
	}
	return nil
}

// IsStep reports whether the state does something, itself or in its branches.
func (s *State) IsStep() bool { return s != nil && (s.Type == "Task" || s.Type == "Parallel") }

// Successors lists the states that may follow, without those of a Catch.
func (s *State) Successors() []string {
	if s == nil {
		return nil
	}
	var all []string
	for _, choice := range s.Choices {
		all = append(all, choice.Next)
	}
	return slices.DeleteFunc(append(all, s.Next, s.Default), func(name string) bool { return name == "" })
}
