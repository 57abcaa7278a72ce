package asl

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Event is an entry of an execution's history, with AWS's names for its Type:
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html.
// Fields that an event's type does not have are zero.
type Event struct {
	ExecutionARN string
	ID           int64 // from 1
	PreviousID   int64 // 0 for ExecutionStarted, the first state, ExecutionTimedOut and ExecutionAborted
	follows      int64 // the event before it in its thread; after a Parallel, the event of its start
	Type         string
	Timestamp    time.Time

	Name   string // of the state, in StateEntered and StateExited events
	Input  string // JSON
	Output string // JSON
	Error  string
	Cause  string

	Resource           string // a function's ARN, or the integration's "invoke.waitForTaskToken"
	ResourceType       string // "lambda" in Task events
	Parameters         string // JSON, TaskScheduled
	TimeoutInSeconds   int64  // 0 if not given
	HeartbeatInSeconds int64  // 0 if not given
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

// record adds an event and returns its ID. Events after the end are not recorded. The last event
// that fits is always the execution's failure.
func (e *Execution) record(event Event) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.now.Status != StatusRunning:
	case len(e.events) == historyLimit-1:
		e.finish(StatusFailed, Event{
			Type: "ExecutionFailed", PreviousID: event.PreviousID, Error: errorRuntime,
			Cause: "The execution reached the maximum number of history events (25000).",
		})
	default:
		e.add(event)
	}
	return int64(len(e.events))
}

// add must be called with e.mu held.
func (e *Execution) add(event Event) {
	event.ID, event.Timestamp, event.ExecutionARN = int64(len(e.events)+1), time.Now(), e.now.ARN
	e.events = append(e.events, event)
}

// Path returns the names of the states entered so far. A Parallel state is followed by the states
// of its first branch, then those of its second, and so on, whatever their order in time; a retry
// of it adds its branches again.
func (e *Execution) Path() (names []string) {
	branches := map[string]int{"": math.MaxInt} // the end of a Parallel follows its branches
	for _, s := range e.machine.def.states {
		branches[s.name] = s.branch
	}
	after := map[int64][]Event{}
	for _, event := range e.History() {
		after[event.follows] = append(after[event.follows], event)
	}
	var walk func(id int64)
	walk = func(id int64) {
		slices.SortStableFunc(after[id], func(a, b Event) int { return cmp.Compare(branches[a.Name], branches[b.Name]) })
		for _, event := range after[id] {
			if strings.HasSuffix(event.Type, "StateEntered") {
				names = append(names, event.Name)
			}
			walk(event.ID)
		}
	}
	walk(0)
	return names
}
