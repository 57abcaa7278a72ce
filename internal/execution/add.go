package execution

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Add takes the next event of the history, in order. It ignores events that it has seen.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func (h *History) Add(event types.HistoryEvent) {
	if event.Id <= h.Seen() {
		return
	}
	kind, at := string(event.Type), aws.ToTime(event.Timestamp)
	failure, failed := failureOf(event)
	if !failed {
		failure, failed = endOf(event)
	}
	failure.At = at
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		h.enter(event, strings.TrimSuffix(kind, "StateEntered"), at)
	case strings.HasSuffix(kind, "StateExited"):
		h.leave(event, at)
	default:
		h.at[event.Id] = h.at[event.PreviousEventId]
		if strings.HasPrefix(kind, "ParallelState") {
			h.at[event.Id] = h.group(h.at[event.Id])
			h.cutOff(h.at[event.Id], at)
		}
		if s := h.state[h.at[event.Id]]; s != nil && s.Last().Ended.IsZero() {
			s.happen(event, failure, failed)
		}
		h.end(event, failure, at)
	}
	h.Events = append(h.Events, Event{
		ID: event.Id, At: at, Type: event.Type, State: h.at[event.Id], Error: failure.Error, Cause: failure.Cause,
	})
}

func (h *History) enter(event types.HistoryEvent, kind string, at time.Time) {
	name := aws.ToString(event.StateEnteredEventDetails.Name)
	from := h.state[h.at[event.PreviousEventId]]
	if from != nil {
		h.way(from.Name, name, from.Phase == Caught || from.Last().silent).Count++
	}
	h.at[event.Id], h.entry = name, Data(event)
	s := h.state[name]
	if s == nil {
		s = &State{Name: name, Type: kind}
		h.state[name] = s
		h.States = append(h.States, s)
	}
	s.Phase, s.place = Running, behind(from, name)
	s.Visits = append(s.Visits, Visit{Entered: event.Id, Began: at})
	if kind == "Fail" { // which has no exit
		s.Phase, s.Last().Ended = Failed, at
	}
}

// behind returns the place of a state that follows another, or nil for the first state.
func behind(from *State, name string) place {
	switch {
	case from == nil:
		return place{}
	case from.Type == "Parallel" && from.Last().Left == 0:
		return place{from.Name, name}
	}
	return from.place
}

func (h *History) way(from, to string, caught bool) *Way {
	for _, w := range h.Ways {
		if w.From == from && w.To == to && w.Caught == caught {
			return w
		}
	}
	w := &Way{From: from, To: to, Caught: caught}
	h.Ways = append(h.Ways, w)
	return w
}

func (h *History) leave(event types.HistoryEvent, at time.Time) {
	name := aws.ToString(event.StateExitedEventDetails.Name)
	h.at[event.Id] = name
	s := h.state[name]
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

// happen applies an event of a Task's function or a Parallel's branches.
func (s *State) happen(event types.HistoryEvent, failure Failure, failed bool) {
	kind, v := string(event.Type), s.Last()
	isBegun := kind == "LambdaFunctionScheduled" || kind == "TaskScheduled"
	if event.TaskScheduledEventDetails != nil {
		v.patient = event.TaskScheduledEventDetails.HeartbeatInSeconds == nil
	}
	switch {
	case isLate(event) && v.patient:
		v.silent, v.answered, v.failing = true, true, false
	case isLate(event):
		v.late, v.answered, v.failing = &failure, false, true
	case v.late != nil && isBegun:
		v.late, v.failing = nil, false
	case failed:
		v.Failures, v.answered, v.failing = append(v.Failures, failure), false, true
		s.Phase = Retrying
	case isBegun:
		v.Attempts, v.failing = v.Attempts+1, false
	case strings.HasSuffix(kind, "Succeeded"):
		v.answered, v.failing = true, false
		s.note = noteOf(Data(event))
	case strings.HasSuffix(kind, "Submitted"):
		s.note = noteOf(Data(event))
	}
}

// group returns the Parallel state that its event belongs to: the innermost running one around the
// state of the previous event, which may be in a branch.
func (h *History) group(name string) string {
	s := h.state[name]
	for s != nil && (s.Type != "Parallel" || !s.Last().Ended.IsZero()) {
		s = h.state[s.place.parent]
	}
	if s == nil {
		return name
	}
	return s.Name
}

// cutOff ends the states that still run in a group whose branches have ended or begin again. AWS
// records that states are aborted, but not which ones.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func (h *History) cutOff(group string, at time.Time) {
	for _, s := range h.States {
		v := s.Last()
		if s.place.parent != group || !v.Ended.IsZero() {
			continue
		}
		h.cutOff(s.Name, at)
		if s.Phase = Stopped; v.failing {
			s.Phase = Failed
		}
		v.Ended = at
		v.giveUp()
	}
}

// giveUp turns a token that is not asked for again into a failure.
func (v *Visit) giveUp() {
	if v.late != nil {
		v.Failures, v.late = append(v.Failures, *v.late), nil
	}
}

// end applies the end of the execution. Running states failed with it or were stopped.
func (h *History) end(event types.HistoryEvent, failure Failure, at time.Time) {
	switch event.Type {
	case types.HistoryEventTypeExecutionStarted:
		h.Began, h.Input = at, Data(event)
		return
	case types.HistoryEventTypeExecutionSucceeded:
		h.Status, h.Output = types.ExecutionStatusSucceeded, Data(event)
	case types.HistoryEventTypeExecutionFailed:
		h.Status = types.ExecutionStatusFailed
	case types.HistoryEventTypeExecutionAborted:
		h.Status = types.ExecutionStatusAborted
	case types.HistoryEventTypeExecutionTimedOut:
		h.Status = types.ExecutionStatusTimedOut
	default:
		return
	}
	h.Ended, h.Error, h.Cause = at, failure.Error, failure.Cause
	for _, s := range h.States {
		if v := s.Last(); v.Ended.IsZero() {
			v.Ended = at
			v.giveUp()
			s.Phase = withRun(h.Status)
		}
	}
}

// withRun returns the phase of a state that ran when the execution ended.
func withRun(status types.ExecutionStatus) Phase {
	switch status {
	case types.ExecutionStatusSucceeded:
		return Succeeded
	case types.ExecutionStatusFailed:
		return Failed
	}
	return Stopped
}
