package watch

import (
	"encoding/json"
	"slices"
	"strings"

	"photogallery/statemachine"
)

// level is a state machine's definition, or a branch's, as far as the way through it goes.
type level struct {
	StartAt string
	States  map[string]state
}

// state leaves Catch out: a failure is not on anybody's way.
type state struct {
	Type, Next, Default string
	Choices             []struct{ Next string }
	Branches            []level
}

// definitionOf is what the state machine of that name runs; an empty one where it is not ours. The
// names are fixed on AWS as here.
func definitionOf(machine string) (definition level) {
	source := []byte("{}")
	switch {
	case strings.HasSuffix(machine, "-release"):
		source = statemachine.Release
	case strings.HasSuffix(machine, "-teardown"):
		source = statemachine.Teardown
	}
	if json.Unmarshal(source, &definition) != nil {
		return level{} // the picture then shows what has been, and not what comes
	}
	return definition
}

// find looks a state up, in branches too.
func (l level) find(name string) (found state, ok bool) {
	if found, ok = l.States[name]; ok {
		return found, true
	}
	for _, s := range l.States {
		for _, branch := range s.Branches {
			if found, ok = branch.find(name); ok {
				return found, true
			}
		}
	}
	return state{}, false
}

func (s state) isStep() bool { return s.Type == "Task" || s.Type == "Parallel" }

func (s state) successors() []string {
	var all []string
	for _, choice := range s.Choices {
		all = append(all, choice.Next)
	}
	return slices.DeleteFunc(append(all, s.Next, s.Default), func(name string) bool { return name == "" })
}

// certain lists the steps that every way from a state to a good end comes by, in their order, and
// not the state itself; to any end where no good one can be reached.
func (l level) certain(from string) []string {
	distances := l.reach(from, "")
	var good, all []string
	for name := range distances {
		if s := l.States[name]; len(s.successors()) == 0 {
			if all = append(all, name); s.Type != "Fail" {
				good = append(good, name)
			}
		}
	}
	if len(good) == 0 {
		good = all
	}
	var steps []string
	for name := range distances {
		if name == from || !l.States[name].isStep() {
			continue
		}
		around := l.reach(from, name)
		if !slices.ContainsFunc(good, func(end string) bool { _, reached := around[end]; return reached }) {
			steps = append(steps, name)
		}
	}
	slices.SortFunc(steps, func(a, b string) int { return distances[a] - distances[b] })
	return steps
}

// reach is how many transitions away each state is that can be come to without another.
func (l level) reach(from, without string) map[string]int {
	distances := map[string]int{from: 0}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for _, name := range l.States[next[0]].successors() {
			if _, seen := distances[name]; !seen && name != without {
				distances[name] = distances[next[0]] + 1
				next = append(next, name)
			}
		}
	}
	return distances
}
