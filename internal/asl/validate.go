package asl

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// checkStates checks the rules that span several fields or states.
func (l *loader) checkStates(def *Definition) {
	seen := map[string]bool{}
	for _, s := range def.states {
		if seen[s.name] {
			l.problem(s.place(), "another state has this name: rename one, names are unique across all branches")
		}
		seen[s.name] = true
		if n := utf8.RuneCountInString(s.name); n > 80 || n == 0 {
			l.problem(s.place(), "the name has %d characters: give it 1 to 80", n)
		}
		if s.TimeoutSeconds > 0 && s.HeartbeatSeconds >= s.TimeoutSeconds {
			l.problem(s.place(), "HeartbeatSeconds is %d, not less than TimeoutSeconds %d: lower it", s.HeartbeatSeconds, s.TimeoutSeconds)
		}
		l.checkErrors(s)
		for i, g := range s.Branches {
			l.checkGraph(fmt.Sprintf("%s, Branches[%d]", s.place(), i), g)
		}
	}
	l.checkGraph(wholeDefinition, def.machine.graph)
}

// checkErrors checks Retry and Catch: the place of States.ALL, and the delays.
func (l *loader) checkErrors(s *state) {
	alone := func(field string, i, last int, names []string) {
		if slices.Contains(names, errorAll) && (len(names) > 1 || i < last) {
			l.problem(fmt.Sprintf("%s, %s[%d]", s.place(), field, i), "ErrorEquals is %s, but States.ALL must stand alone and in the last entry: move it there", show(names))
		}
	}
	for i, r := range s.Retry {
		alone("Retry", i, len(s.Retry)-1, r.ErrorEquals)
		if r.MaxDelaySeconds < r.IntervalSeconds {
			l.problem(fmt.Sprintf("%s, Retry[%d]", s.place(), i), "MaxDelaySeconds is %d, less than the first delay of %d: raise it, or lower IntervalSeconds", r.MaxDelaySeconds, r.IntervalSeconds)
		}
	}
	for i, c := range s.Catch {
		alone("Catch", i, len(s.Catch)-1, c.ErrorEquals)
	}
}

// checkGraph checks the transitions between states.
func (l *loader) checkGraph(place string, g graph) {
	if g.States[g.StartAt] == nil {
		l.problem(place, "StartAt is %q, which is not a state here: name one of them", g.StartAt)
		return
	}
	reached := map[string]bool{}
	g.reach(g.StartAt, reached)
	for _, name := range slices.Sorted(maps.Keys(g.States)) {
		s := g.States[name]
		for _, t := range s.transitions() {
			if g.States[t.to] == nil {
				l.problem(s.place(), "%s is %q, which is not a state here: name one of the same level, or add it", t.field, t.to)
			}
		}
		if !reached[name] {
			l.problem(s.place(), "nothing leads to it from StartAt %q: point a Next at it, or take it away", g.StartAt)
		}
	}
}

func (g graph) reach(name string, reached map[string]bool) {
	if s := g.States[name]; s != nil && !reached[name] {
		reached[name] = true
		for _, t := range s.transitions() {
			g.reach(t.to, reached)
		}
	}
}

type transition struct{ field, to string }

// transitions lists where a state may lead, in the order Next, Choices,
// Default, Catch.
func (s *state) transitions() (all []transition) {
	add := func(field, to string) {
		if to != "" {
			all = append(all, transition{field, to})
		}
	}
	add("Next", s.Next)
	for i, rule := range s.Choices {
		add(fmt.Sprintf("Choices[%d].Next", i), rule.Next)
	}
	add("Default", s.Default)
	for i, c := range s.Catch {
		add(fmt.Sprintf("Catch[%d].Next", i), c.Next)
	}
	return all
}

func (s *state) place() string { return fmt.Sprintf("state %q", s.name) }
