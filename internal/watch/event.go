package watch

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/trace"
	"photogallery/statemachine"
)

// add takes one more event of the history, in order.
func (p *Picture) add(event types.HistoryEvent) {
	at := aws.ToTime(event.Timestamp)
	kind := string(event.Type)
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		p.enter(event, strings.TrimSuffix(kind, "StateEntered"), at)
	case strings.HasSuffix(kind, "StateExited"):
		p.exit(event, at)
	default:
		p.name[event.Id] = p.name[event.PreviousEventId]
		p.happen(event, at)
	}
}

func (p *Picture) enter(event types.HistoryEvent, kind string, at time.Time) {
	name := aws.ToString(event.StateEnteredEventDetails.Name)
	before := p.name[event.PreviousEventId]
	stands := p.where[before]
	if p.open[before] {
		stands = place{before, name}
	}
	p.name[event.Id], p.where[name], p.last[stands] = name, stands, name
	switch kind {
	case "Task", "Parallel":
		s := p.come(name, stands, kind == "Parallel", at)
		s.Visits, s.Retries, s.Phase, s.Ended, s.left = s.Visits+1, 0, Running, time.Time{}, time.Time{}
		if s.Visits == 1 {
			s.Note = prospect(name, aws.ToString(event.StateEnteredEventDetails.Input))
		}
		p.open[name] = s.Group
	case "Wait":
		if following := next(p.definition, name); following != "" {
			p.come(following, stands, false, at)
		}
	case "Pass", "Succeed", "Fail":
		p.turn(stands, "")
	}
}

// next is the step that a state leads to directly; "" if it leads to none.
func next(l statemachine.Definition, name string) string {
	s := l.Find(name)
	if s != nil && l.Find(s.Next).IsStep() {
		return s.Next
	}
	return ""
}

// come makes the step the one at work in its place: it runs, or what comes before it waits for its
// sake.
func (p *Picture) come(name string, stands place, group bool, at time.Time) *Step {
	p.turn(stands, name)
	s := p.Step(name)
	if s == nil {
		s = &Step{Name: name, Group: group, Phase: Running, Began: at, at: stands}
		if outer := p.Step(stands.parent); outer != nil {
			s.Depth = outer.Depth + 1
		}
		p.Steps = append(p.Steps, s)
	}
	return s
}

// turn goes on from the step that was at work in a place.
func (p *Picture) turn(in place, to string) {
	if s := p.Step(p.current[in]); s != nil && s.Name != to {
		s.settle()
	}
	p.current[in] = to
}

// settle is for a step whose last answer stands.
func (s *Step) settle() {
	if s.Phase == Running && !s.left.IsZero() {
		s.Phase, s.Ended = Succeeded, s.left
	}
}

func (p *Picture) exit(event types.HistoryEvent, at time.Time) {
	name := aws.ToString(event.StateExitedEventDetails.Name)
	p.name[event.Id] = name
	s := p.Step(name)
	if s == nil || p.current[s.at] != name {
		return // a state that is no step
	}
	delete(p.open, name)
	for inside := range p.current {
		if inside.parent == name {
			p.turn(inside, "")
		}
	}
	s.left = at
	if s.Phase != Running {
		s.Phase, s.Ended = Caught, at
		return
	}
	s.Error, s.Cause = "", ""
	s.Output = aws.ToString(event.StateExitedEventDetails.Output)
}

// happen takes what a step's function did, and the end of the execution.
func (p *Picture) happen(event types.HistoryEvent, at time.Time) {
	s := p.Step(p.name[event.Id])
	switch event.Type {
	case types.HistoryEventTypeLambdaFunctionScheduled, types.HistoryEventTypeTaskScheduled:
		s.again()
	case types.HistoryEventTypeLambdaFunctionSucceeded:
		s.answer(aws.ToString(event.LambdaFunctionSucceededEventDetails.Output))
	case types.HistoryEventTypeTaskSucceeded:
		s.answer(aws.ToString(event.TaskSucceededEventDetails.Output))
	default:
		if failure, failed := trace.FailureOf(event); failed && s != nil {
			s.Phase, s.Error, s.Cause, s.late = Retrying, failure.Error, failure.Cause, trace.IsLate(event)
		}
		p.end(event, at)
	}
}

// again is a step's next attempt. Where only an event was late, asking again makes up for a lost one and
// counts as no failure.
func (s *Step) again() {
	if s == nil || s.Phase != Retrying {
		return
	}
	if s.Phase = Running; s.late {
		s.Error, s.Cause, s.late = "", "", false
		return
	}
	s.Retries++
}

func (s *Step) answer(output string) {
	if s != nil {
		s.Phase, s.Note = Running, note(output)
	}
}

// end is the execution's. What was at work when it was cut off is stopped.
func (p *Picture) end(event types.HistoryEvent, at time.Time) {
	switch event.Type {
	case types.HistoryEventTypeExecutionStarted:
		p.Began = at
		return
	case types.HistoryEventTypeExecutionSucceeded, types.HistoryEventTypeExecutionFailed:
		for in := range p.current {
			p.turn(in, "")
		}
	case types.HistoryEventTypeExecutionAborted, types.HistoryEventTypeExecutionTimedOut:
	default:
		return
	}
	p.Ended = at
	for _, s := range p.Steps {
		if s.Ended.IsZero() {
			s.Ended, s.Phase = at, Stopped
		}
	}
}
