// Package watch follows an execution by its history: which step is at work, for how long, what it
// waits for, how often it was tried, what is still to come. It asks the Step Functions API alone, so
// that it shows an execution on one machine as it shows one on AWS.
package watch

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/statemachine"
)

// Phase is how far a step is.
type Phase string

// The phases of a step.
const (
	Waiting   Phase = "waiting"   // the execution has not come to it, and will unless something fails
	Running   Phase = "running"   // its function works, or it waits to look again
	Retrying  Phase = "retrying"  // it failed, and is tried again
	Succeeded Phase = "succeeded" // it answered, and the execution has gone on
	Caught    Phase = "caught"    // it failed for good; the state machine goes on from there
	Stopped   Phase = "stopped"   // the execution ended while it was at work
)

// Step is a Task or a Parallel state, once for all its visits. A step that is polled is visited many
// times, and the states that wait between and choose are part of it.
type Step struct {
	Name    string    `json:"name"`
	Depth   int       `json:"depth"` // of nesting: 1 in a branch of a Parallel state
	Group   bool      `json:"group"` // a Parallel state, whose steps follow
	Phase   Phase     `json:"phase"`
	Visits  int       `json:"visits"`
	Retries int       `json:"retries"` // of the last visit
	Began   time.Time `json:"began,omitzero"`
	Ended   time.Time `json:"ended,omitzero"` // zero while it runs
	Output  string    `json:"-"`              // JSON, of the last visit; "" before its end
	Note    string    `json:"note,omitempty"` // what it waits for, or found
	Error   string    `json:"error,omitempty"`
	Cause   string    `json:"cause,omitempty"`

	at   place
	left time.Time // the end of the last visit
	late bool      // the last failure was an event that has not come yet
}

// place is where a state stands: at the top, or in the branch of a Parallel state that begins with
// first.
type place struct{ parent, first string }

// Picture is an execution at one moment.
type Picture struct {
	Machine string                `json:"machine"` // the state machine's name
	Name    string                `json:"name"`
	Status  types.ExecutionStatus `json:"status"`
	Began   time.Time             `json:"began"`
	Ended   time.Time             `json:"ended,omitzero"`
	Steps   []*Step               `json:"steps"` // in order of their first visit, those of a group behind it
	Error   string                `json:"error,omitempty"`
	Cause   string                `json:"cause,omitempty"`
	Output  string                `json:"output,omitempty"`

	definition statemachine.Definition
	former     []*Picture       // runs of the machine that succeeded, newest first
	name       map[int64]string // of the state that an event belongs to
	where      map[string]place // of the states entered
	last       map[place]string // the state entered last
	current    map[place]string // the step at work, or waiting to look again
	open       map[string]bool  // Parallel states under way
	seen, due  time.Time        // when it was looked at, and the next look is late; zero for one that nobody follows
}

func newPicture(machine string) *Picture {
	return &Picture{
		Machine: machine, definition: statemachine.Of(machine), name: map[int64]string{}, where: map[string]place{},
		last: map[place]string{}, current: map[place]string{}, open: map[string]bool{},
	}
}

// copied is a Picture that goes on by itself no more.
func (p *Picture) copied() *Picture {
	still := *p
	still.current = maps.Clone(p.current)
	still.Steps = slices.Clone(p.Steps)
	for i, s := range still.Steps {
		step := *s
		still.Steps[i] = &step
	}
	return &still
}

// Step is the one of that name; nil if the picture has none.
func (p *Picture) Step(name string) *Step {
	for _, s := range p.Steps {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Elapsed is for how long the execution has run, or ran.
func (p *Picture) Elapsed(now time.Time) time.Duration { return span(p.Began, p.Ended, now) }

// Elapsed is the time from the step's first visit to the end of its last; 0 for one to come.
func (s *Step) Elapsed(now time.Time) time.Duration {
	if s.Phase == Waiting {
		return 0
	}
	return span(s.Began, s.Ended, now)
}

func span(from, to, now time.Time) time.Duration {
	if to.IsZero() {
		to = now
	}
	return max(0, to.Sub(from))
}

// forget removes the steps to come, so that those entered next stand in the order of their entry.
func (p *Picture) forget() {
	p.Steps = slices.DeleteFunc(p.Steps, func(s *Step) bool { return s.Phase == Waiting })
}

// foresee adds the steps to come.
func (p *Picture) foresee() {
	if p.Ended.IsZero() {
		p.foreseeIn(p.definition, place{}, 0)
	}
	p.arrange()
}

func (p *Picture) foreseeIn(l statemachine.Definition, at place, depth int) {
	from, begun := p.last[at]
	var coming []string
	if !begun {
		if from = l.StartAt; l.States[from].IsStep() {
			coming = append(coming, from)
		}
	}
	for _, name := range append(coming, certain(l, from)...) {
		if p.Step(name) == nil {
			p.Steps = append(p.Steps, &Step{Name: name, Depth: depth, Group: l.States[name].Type == "Parallel", Phase: Waiting, at: at})
		}
	}
	for name, s := range l.States {
		if step := p.Step(name); step == nil || step.Phase != Waiting && !p.open[name] {
			continue
		}
		for _, branch := range s.Branches {
			p.foreseeIn(branch, place{name, branch.StartAt}, depth+1)
		}
	}
}

// arrange puts the steps of each group behind it, branch by branch as the definition has them.
func (p *Picture) arrange() {
	rest := p.Steps
	p.Steps = make([]*Step, 0, len(rest))
	p.arrangeIn("", rest)
}

func (p *Picture) arrangeIn(parent string, all []*Step) {
	var branches []statemachine.Definition
	if group := p.definition.Find(parent); group != nil {
		branches = group.Branches
	}
	rank := func(s *Step) int {
		return slices.IndexFunc(branches, func(branch statemachine.Definition) bool { return branch.StartAt == s.at.first })
	}
	var inside []*Step
	for _, s := range all {
		if s.at.parent == parent {
			inside = append(inside, s)
		}
	}
	slices.SortStableFunc(inside, func(a, b *Step) int { return rank(a) - rank(b) })
	for _, s := range inside {
		p.Steps = append(p.Steps, s)
		if s.Group {
			p.arrangeIn(s.Name, all)
		}
	}
}
