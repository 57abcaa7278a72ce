package asl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

const maxName = 80

// checkTwice reports fields that an object has twice: decoding silently keeps
// the last, and so one of two states of the same name. The text is known to be
// JSON.
func (l *loader) checkTwice(dec *json.Decoder) {
	token, err := dec.Token()
	open, _ := token.(json.Delim)
	seen := map[string]bool{}
	for err == nil && open != 0 && dec.More() {
		if open == '{' {
			token, err = dec.Token()
			key, _ := token.(string)
			if seen[key] {
				l.problem(wholeDefinition, "the field %q is twice in one object: rename or take away one", key)
			}
			seen[key] = true
		}
		l.checkTwice(dec)
	}
	if err == nil && open != 0 {
		_, _ = dec.Token() // the closing one
	}
}

// checkNames holds the names to the rules that span branches.
func (l *loader) checkNames() {
	seen := map[string]bool{}
	for _, s := range l.states {
		if seen[s.name] {
			l.problem(s.place, "another state has this name: rename one, names are unique across all branches")
		}
		seen[s.name] = true
		if n := utf8.RuneCountInString(s.name); n > maxName || n == 0 {
			l.problem(s.place, "the name has %d characters: give it 1 to %d", n, maxName)
		}
	}
}

// checkGraph holds the transitions against the states.
func (l *loader) checkGraph(place string, g *graph) {
	if g.states[g.start] == nil {
		l.problem(place, "StartAt is %q, which is no state here: name one of them", g.start)
		return
	}
	reached := map[string]bool{}
	g.reach(g.start, reached)
	for _, name := range slices.Sorted(maps.Keys(g.states)) {
		s := g.states[name]
		for _, t := range s.transitions() {
			if g.states[t.to] == nil && t.to != "" {
				l.problem(s.place, "%s is %q, which is no state here: name one of the same level, or add it", t.field, t.to)
			}
		}
		if !reached[name] {
			l.problem(s.place, "nothing leads to it from StartAt %q: point a Next at it, or take it away", g.start)
		}
	}
}

func (g *graph) reach(name string, reached map[string]bool) {
	if s := g.states[name]; s != nil && !reached[name] {
		reached[name] = true
		for _, t := range s.transitions() {
			g.reach(t.to, reached)
		}
	}
}

type transition struct{ field, to string }

// transitions lists where a state may lead, in the order Next, Choices,
// Default, Catch.
func (s *state) transitions() []transition {
	var all []transition
	if s.next != "" {
		all = append(all, transition{"Next", s.next})
	}
	if c, ok := s.action.(*choice); ok {
		for i, rule := range c.rules {
			all = append(all, transition{fmt.Sprintf("Choices[%d].Next", i), rule.next})
		}
		if c.fallback != "" {
			all = append(all, transition{"Default", c.fallback})
		}
	}
	for i, c := range s.catch {
		all = append(all, transition{fmt.Sprintf("Catch[%d].Next", i), c.next})
	}
	return all
}
