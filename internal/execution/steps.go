package execution

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/statemachine"
)

// way is the path of an execution through its steps, by place.
type way struct {
	progress *Progress
	history  *History
	last     map[place]string // the state entered last
	current  map[place]string // the running or polling step
	left     map[string]bool  // the steps that the execution has left
}

// takeSteps fills the steps in from the history, and adds the future ones.
func (p *Progress) takeSteps(h *History) {
	w := way{progress: p, history: h, last: map[place]string{}, current: map[place]string{}, left: map[string]bool{}}
	for _, event := range h.Events {
		if strings.HasSuffix(string(event.Type), "StateEntered") {
			w.enter(h.State(event.State), event.At)
		}
	}
	for _, s := range p.Steps {
		w.fill(s)
	}
	p.current, p.wait = w.current[place{}], waitIn(h.entry)
	if p.Ended.IsZero() {
		w.foresee(p.definition, place{}, 0)
	}
	p.arrange()
}

func (w *way) enter(s *State, at time.Time) {
	w.last[s.place] = s.Name
	switch s.Type {
	case "Task", "Parallel":
		w.turn(s.place, s.Name)
		w.add(s.Name, s.place, s.Type == "Parallel", at)
		delete(w.left, s.Name)
	case "Wait":
		if following := next(w.progress.definition, s.Name); following != "" {
			w.turn(s.place, following)
			w.add(following, s.place, false, at)
		}
	case "Pass", "Succeed", "Fail":
		w.turn(s.place, "")
	}
}

// next returns the step that directly follows a state, or "" if there is none.
func next(d statemachine.Definition, name string) string {
	s := d.Find(name)
	if s != nil && d.Find(s.Next).IsStep() {
		return s.Next
	}
	return ""
}

// turn makes a step the current one of its place: it runs, or waits for what precedes it.
func (w *way) turn(in place, to string) {
	if from := w.current[in]; from != to {
		w.left[from] = true
	}
	w.current[in] = to
}

func (w *way) add(name string, at place, group bool, began time.Time) {
	if w.progress.Step(name) != nil {
		return
	}
	s := &Step{Name: name, Group: group, Phase: Running, Began: began, place: at}
	if outer := w.progress.Step(at.parent); outer != nil {
		s.Depth = outer.Depth + 1
	}
	w.progress.Steps = append(w.progress.Steps, s)
}

// fill sets a step's phase from its state's last visit.
func (w *way) fill(s *Step) {
	state := w.history.State(s.Name)
	if state == nil { // its token is awaited
		if !w.history.Ended.IsZero() {
			s.Phase, s.Ended = Stopped, w.history.Ended
		}
		return
	}
	v := state.Last()
	s.Visits, s.Retries, s.Note = len(state.Visits), max(0, v.Attempts-1), state.note
	if failure := v.failure(); failure != nil {
		s.Error, s.Cause, s.Late = failure.Error, failure.Cause, failure == v.late
	}
	switch isOver := !w.history.Ended.IsZero(); {
	case v.Left != 0 && state.Phase == Caught:
		s.Phase, s.Ended = Caught, v.Ended
	case v.Left != 0 && w.hasLeft(s):
		s.Phase, s.Ended = Succeeded, v.Ended
	case isOver:
		s.Phase, s.Ended = Stopped, w.history.Ended
	case v.failing:
		s.Phase = Retrying
	}
}

// failure returns the last failure of a visit that has not succeeded, or nil if there is none.
func (v *Visit) failure() *Failure {
	switch {
	case v.late != nil:
		return v.late
	case len(v.Failures) > 0 && (v.Left == 0 || !v.answered):
		return &v.Failures[len(v.Failures)-1]
	}
	return nil
}

// hasLeft reports whether the execution has moved on since a step's last answer.
func (w *way) hasLeft(s *Step) bool {
	group := w.history.State(s.place.parent)
	isBehind := group != nil && group.Last().Left != 0
	return w.left[s.Name] || isBehind || w.history.Status == types.ExecutionStatusSucceeded || w.history.Status == types.ExecutionStatusFailed
}

// foresee adds the future steps.
func (w *way) foresee(d statemachine.Definition, at place, depth int) {
	from, begun := w.last[at]
	var coming []string
	if !begun {
		if from = d.StartAt; d.States[from].IsStep() {
			coming = append(coming, from)
		}
	}
	p := w.progress
	for _, name := range append(coming, certain(d, from)...) {
		if p.Step(name) == nil {
			p.Steps = append(p.Steps, &Step{Name: name, Depth: depth, Group: d.States[name].Type == "Parallel", Phase: Waiting, place: at})
		}
	}
	for name, s := range d.States {
		if step := p.Step(name); step == nil || step.Phase != Waiting && !w.isOpen(name) {
			continue
		}
		for _, branch := range s.Branches {
			w.foresee(branch, place{name, branch.StartAt}, depth+1)
		}
	}
}

// isOpen reports whether a Parallel state is in progress.
func (w *way) isOpen(name string) bool {
	s := w.history.State(name)
	return s != nil && s.Last().Left == 0
}

// arrange moves the steps of each group after it, branch by branch as in the definition.
func (p *Progress) arrange() {
	rest := p.Steps
	p.Steps = make([]*Step, 0, len(rest))
	p.arrangeIn("", rest)
}

func (p *Progress) arrangeIn(parent string, all []*Step) {
	var branches []statemachine.Definition
	if group := p.definition.Find(parent); group != nil {
		branches = group.Branches
	}
	rank := func(s *Step) int {
		return slices.IndexFunc(branches, func(branch statemachine.Definition) bool { return branch.StartAt == s.place.first })
	}
	var inside []*Step
	for _, s := range all {
		if s.place.parent == parent {
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
