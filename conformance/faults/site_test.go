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

// site is one place where a fault can strike. It is named by the call or event there and not by its
// number in the whole, because branches that run at the same instant have no order.
type site struct {
	kind      kind
	run       string // the execution's name; "" for an event and for the function that an event invokes
	step      string // or the event's detail type
	operation string // of a call, "EC2.RunInstances"; of an event, the state it tells
	turn      int    // from 1: one run visits the same place more than once
}

// String is what a report and a reproducer print.
func (s site) String() string {
	words := []string{s.run, s.step, s.operation}
	if s.kind == event {
		words[0] = "event"
	}
	words = append(words, fmt.Sprintf("#%d", s.turn))
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// compare is the order of a listing: by execution, then by step.
func (s site) compare(other site) int {
	return cmp.Or(
		cmp.Compare(s.kind, other.kind), cmp.Compare(s.run, other.run), cmp.Compare(s.step, other.step),
		cmp.Compare(s.operation, other.operation), cmp.Compare(s.turn, other.turn),
	)
}

// trail lists the places of a run in order, each once.
type trail struct {
	turns map[site]int
	sites []site
	first int    // what came by before this one is another scenario's
	from  string // the step that a listing begins with; "" for any
}

func newTrail() *trail { return &trail{turns: map[site]int{}} }

// pass notes a call or event and returns its place.
func (t *trail) pass(kind kind, run, step, operation string) site {
	at := site{kind: kind, run: run, step: step, operation: operation}
	t.turns[at]++
	at.turn = t.turns[at]
	if t.from == step {
		t.from, t.first = "", len(t.sites)
	}
	t.sites = append(t.sites, at)
	return at
}

// places are the sites at which a fault is worth its run: a loop that polls makes the same call
// many times, of which the first and the last stand for all, since nothing else changes between, and
// the second, too, of a call that changes something.
func (t *trail) places() (chosen []site) {
	for _, at := range t.sites[t.first:] {
		base := at
		base.turn = 0
		if at.turn == 1 || at.turn == 2 && !atLooks(at) || at.turn == t.turns[base] {
			chosen = append(chosen, at)
		}
	}
	slices.SortFunc(chosen, site.compare)
	return chosen
}
