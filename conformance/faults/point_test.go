package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// kind is a kind of call or event.
type kind int

const (
	invocation kind = iota // a function is about to run
	call                   // a step calls AWS
	event                  // an event is about to reach a rule's target
)

// point is an injection point: one invocation, call or event of a run. It is identified by its
// content and not by its number, because branches that run in the same instant have no order.
type point struct {
	kind      kind
	run       string // the execution's name, or "" for an event and for the function that an event invokes
	step      string // or the event's detail type
	operation string // of a call, "EC2.RunInstances"; of an event, its state
	turn      int    // from 1; a run can reach the same point more than once
}

// String returns the form for reports and reproducers.
func (s point) String() string {
	words := []string{s.run, s.step, s.operation}
	if s.kind == event {
		words[0] = "event"
	}
	words = append(words, fmt.Sprintf("#%d", s.turn))
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// compare orders a listing by execution, then by step.
func (s point) compare(other point) int {
	return cmp.Or(
		cmp.Compare(s.kind, other.kind), cmp.Compare(s.run, other.run), cmp.Compare(s.step, other.step),
		cmp.Compare(s.operation, other.operation), cmp.Compare(s.turn, other.turn),
	)
}

// trace lists the points of a run in order.
type trace struct {
	turns  map[point]int
	points []point
	first  int    // the points before this one belong to another scenario
	from   string // the step with which a listing begins, or "" for any
	only   string // the step whose points alone are listed, or "" for all
}

func newTrace() *trace { return &trace{turns: map[point]int{}} }

// add records a call or event and returns its point.
func (t *trace) add(kind kind, run, step, operation string) point {
	at := point{kind: kind, run: run, step: step, operation: operation}
	t.turns[at]++
	at.turn = t.turns[at]
	if t.from == step {
		t.from, t.first = "", len(t.points)
	}
	t.points = append(t.points, at)
	return at
}

// chosen returns the points that are worth a run. A loop that polls makes the same call many times:
// the first and the last stand for all, because nothing else changes between them. Of a call that
// changes something the second counts, too.
func (t *trace) chosen() (chosen []point) {
	for _, at := range t.points[t.first:] {
		base := at
		base.turn = 0
		if t.only != "" && at.step != t.only {
			continue
		}
		if at.turn == 1 || at.turn == 2 && !atLooks(at) || at.turn == t.turns[base] {
			chosen = append(chosen, at)
		}
	}
	slices.SortFunc(chosen, point.compare)
	return chosen
}
