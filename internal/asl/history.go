package asl

import (
	"slices"
	"time"
)

// Event is an entry of an execution's history, with AWS's names for its Type:
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html.
// Fields that a type of event does not have are zero.
type Event struct {
	ExecutionARN string
	ID           int64 // from 1
	PreviousID   int64 // 0 for ExecutionStarted, ExecutionTimedOut and ExecutionAborted
	Type         string
	Timestamp    time.Time

	Name   string // of the state, in StateEntered and StateExited events
	Input  string // JSON
	Output string // JSON
	Error  string
	Cause  string

	RoleARN            string // ExecutionStarted
	Resource           string // a function's ARN, or the integration's "invoke..."
	ResourceType       string // "lambda" in Task events
	Region             string // TaskScheduled
	Parameters         string // JSON, TaskScheduled
	TimeoutInSeconds   int64  // 0: not given
	HeartbeatInSeconds int64  // 0: not given
}

// historyLimit is the quota for a Standard execution, see
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html.
const historyLimit = 25000

// History returns a copy of the events so far, oldest first.
func (e *Execution) History() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.events)
}

// record adds an event and returns its ID. What happens after the end is not
// recorded. The last event that fits is always the execution's failure.
func (e *Execution) record(event Event) int64 {
	e.mu.Lock()
	switch {
	case e.status != StatusRunning:
	case len(e.events) == historyLimit-1:
		e.finish(StatusFailed, Event{
			Type: "ExecutionFailed", PreviousID: event.PreviousID, Error: errorRuntime,
			Cause: "The execution reached the maximum number of history events (25000).",
		})
	default:
		e.add(event)
	}
	id := int64(len(e.events))
	e.mu.Unlock()
	e.deliver()
	return id
}

// add is called with e.mu held.
func (e *Execution) add(event Event) {
	event.ID, event.Timestamp, event.ExecutionARN = int64(len(e.events)+1), time.Now(), e.arn
	e.events = append(e.events, event)
}

// deliver hands new events to OnEvent, in order and without the lock. Only one
// goroutine at a time does so; it also takes what others add meanwhile.
func (e *Execution) deliver() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.delivering {
		return
	}
	e.delivering = true
	for ; e.delivered < len(e.events); e.delivered++ {
		if event := e.events[e.delivered]; e.machine.opts.OnEvent != nil {
			e.mu.Unlock()
			e.machine.opts.OnEvent(event)
			e.mu.Lock()
		}
	}
	e.delivering = false
	if e.status != StatusRunning && !e.told {
		e.told = true
		close(e.done)
	}
}

// trail is the states that a thread entered.
type trail struct{ steps []*step }

type step struct {
	name     string
	branches []*trail // of a Parallel, those of later attempts last
}

// enter notes a state on a trail.
func (e *Execution) enter(t *trail, name string) *step {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &step{name: name}
	t.steps = append(t.steps, s)
	return s
}

// split begins a trail for each branch.
func (e *Execution) split(s *step, branches int) []*trail {
	e.mu.Lock()
	defer e.mu.Unlock()
	first := len(s.branches)
	for range branches {
		s.branches = append(s.branches, &trail{})
	}
	return slices.Clone(s.branches[first:])
}

// Path returns the names of the states entered so far. Behind a Parallel state
// come those of its first branch, then those of its second, and so on, whatever
// their order in time; a retry of it adds its branches once more.
func (e *Execution) Path() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.trail.names(nil)
}

func (t *trail) names(names []string) []string {
	for _, s := range t.steps {
		names = append(names, s.name)
		for _, branch := range s.branches {
			names = branch.names(names)
		}
	}
	return names
}
