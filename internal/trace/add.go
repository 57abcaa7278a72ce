package trace

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Add takes the next event of the history, in order; those seen before are left out.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func (r *Run) Add(event types.HistoryEvent) {
	if event.Id <= r.Seen() {
		return
	}
	kind, at := string(event.Type), aws.ToTime(event.Timestamp)
	failure, failed := FailureOf(event)
	if !failed {
		failure, failed = endOf(event)
	}
	failure.At = at
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		r.enter(event, strings.TrimSuffix(kind, "StateEntered"), at)
	case strings.HasSuffix(kind, "StateExited"):
		r.leave(event, at)
	default:
		r.at[event.Id] = r.at[event.PreviousEventId]
		if s := r.state[r.at[event.Id]]; s != nil && s.Last().Ended.IsZero() {
			s.happen(event, failure, failed)
		}
		r.end(event, failure, at)
	}
	r.Events = append(r.Events, Event{
		ID: event.Id, At: at, Type: event.Type, State: r.at[event.Id], Error: failure.Error, Cause: failure.Cause,
	})
}

func (r *Run) enter(event types.HistoryEvent, kind string, at time.Time) {
	name := aws.ToString(event.StateEnteredEventDetails.Name)
	if from := r.state[r.at[event.PreviousEventId]]; from != nil {
		r.way(from.Name, name, from.Phase == Caught).Count++
	}
	r.at[event.Id] = name
	s := r.state[name]
	if s == nil {
		s = &State{Name: name, Type: kind}
		r.state[name] = s
		r.States = append(r.States, s)
	}
	s.Phase = Running
	s.Visits = append(s.Visits, Visit{Entered: event.Id, Began: at})
	if kind == "Fail" { // which has no exit
		s.Phase, s.Last().Ended = Failed, at
	}
}

func (r *Run) way(from, to string, caught bool) *Way {
	for _, w := range r.Ways {
		if w.From == from && w.To == to && w.Caught == caught {
			return w
		}
	}
	w := &Way{From: from, To: to, Caught: caught}
	r.Ways = append(r.Ways, w)
	return w
}

func (r *Run) leave(event types.HistoryEvent, at time.Time) {
	name := aws.ToString(event.StateExitedEventDetails.Name)
	r.at[event.Id] = name
	s := r.state[name]
	if s == nil {
		return
	}
	v := s.Last()
	v.Left, v.Ended = event.Id, at
	v.giveUp()
	if s.Phase = Succeeded; len(v.Failures) > 0 && !v.answered {
		s.Phase = Caught
	}
}

// happen takes what a Task's function or a Parallel's branches did.
func (s *State) happen(event types.HistoryEvent, failure Failure, failed bool) {
	kind, v := string(event.Type), s.Last()
	switch {
	case IsLate(event):
		v.late, v.answered = &failure, false
	case v.late != nil && kind == "TaskScheduled":
		v.late = nil
	case failed:
		v.Failures, v.answered = append(v.Failures, failure), false
		s.Phase = Retrying
	case kind == "LambdaFunctionScheduled" || kind == "TaskScheduled":
		v.Attempts++
	case strings.HasSuffix(kind, "Succeeded"):
		v.answered = true
	}
}

// giveUp makes a failure of a token that nobody asks for again.
func (v *Visit) giveUp() {
	if v.late != nil {
		v.Failures, v.late = append(v.Failures, *v.late), nil
	}
}

// end is the execution's. What was at work then has failed with it, or was cut off.
func (r *Run) end(event types.HistoryEvent, failure Failure, at time.Time) {
	switch event.Type {
	case types.HistoryEventTypeExecutionStarted:
		r.Began, r.Input = at, aws.ToString(event.ExecutionStartedEventDetails.Input)
		return
	case types.HistoryEventTypeExecutionSucceeded:
		r.Status, r.Output = types.ExecutionStatusSucceeded, aws.ToString(event.ExecutionSucceededEventDetails.Output)
	case types.HistoryEventTypeExecutionFailed:
		r.Status = types.ExecutionStatusFailed
	case types.HistoryEventTypeExecutionAborted:
		r.Status = types.ExecutionStatusAborted
	case types.HistoryEventTypeExecutionTimedOut:
		r.Status = types.ExecutionStatusTimedOut
	default:
		return
	}
	r.Ended, r.Error, r.Cause = at, failure.Error, failure.Cause
	for _, s := range r.States {
		if v := s.Last(); v.Ended.IsZero() {
			v.Ended = at
			v.giveUp()
			s.Phase = withRun(r.Status)
		}
	}
}

// withRun is how a state ends that was at work when the execution ended.
func withRun(status types.ExecutionStatus) Phase {
	switch status {
	case types.ExecutionStatusSucceeded:
		return Succeeded
	case types.ExecutionStatusFailed:
		return Failed
	}
	return Stopped
}
