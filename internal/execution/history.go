// Package execution reads executions of the state machines: their history, state by state, and their
// progress, step by step. It asks the Step Functions API alone, so that an execution on one machine
// reads as one on AWS does.
package execution

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Phase is how far a state is.
type Phase string

// The phases of a state that has been entered.
const (
	Running   Phase = "running"
	Retrying  Phase = "retrying" // an attempt failed, and another follows or is under way
	Succeeded Phase = "succeeded"
	Caught    Phase = "caught"  // it failed; the state machine goes on from there
	Failed    Phase = "failed"  // it ended the execution
	Stopped   Phase = "stopped" // the execution ended while it was at work
)

// History holds what an execution has done so far: the states it entered, how often, what failed and was tried
// again, which transitions it took.
type History struct {
	Status types.ExecutionStatus `json:"status"` // RUNNING until the history has an end
	Began  time.Time             `json:"began"`
	Ended  time.Time             `json:"ended,omitzero"`
	Input  string                `json:"input"`
	Output string                `json:"output,omitempty"`
	Error  string                `json:"error,omitempty"`
	Cause  string                `json:"cause,omitempty"`
	States []*State              `json:"states"` // in the order of their first entry
	Ways   []*Way                `json:"ways"`
	Events []Event               `json:"events"`

	at    map[int64]string // the state that an event belongs to
	state map[string]*State
}

// State is one that was entered.
type State struct {
	Name   string  `json:"name"`
	Type   string  `json:"type"` // Task, Parallel, Wait, Choice, Pass, Succeed or Fail
	Phase  Phase   `json:"phase"`
	Visits []Visit `json:"visits"`

	place place
	note  string // of the function's last answer, or "" before it has given one
}

// place is where a state stands: at the top, or in the branch of a Parallel state that begins with
// first.
type place struct{ parent, first string }

// Visit is one entry of a state, to its exit.
type Visit struct {
	Entered  int64     `json:"entered"` // the event's ID, which has the input
	Left     int64     `json:"left,omitempty"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended,omitzero"`
	Attempts int       `json:"attempts"`           // of a Task
	Failures []Failure `json:"failures,omitempty"` // an attempt's each
	answered bool      // the last attempt did well
	failing  bool      // the last attempt failed, and no other has begun
	late     *Failure  // its token has not come back, and nobody has asked again yet
}

// Failure is one of an attempt, or of a state as a whole.
type Failure struct {
	At    time.Time `json:"at"`
	Error string    `json:"error"`
	Cause string    `json:"cause,omitempty"`
}

// Way is a transition that was taken.
type Way struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Caught bool   `json:"caught"` // it led on from a failure
	Count  int    `json:"count"`
}

// Event is a line of the history, without inputs and outputs.
type Event struct {
	ID    int64                  `json:"id"`
	At    time.Time              `json:"at"`
	Type  types.HistoryEventType `json:"type"`
	State string                 `json:"state,omitempty"`
	Error string                 `json:"error,omitempty"`
	Cause string                 `json:"cause,omitempty"`
}

// NewHistory returns that of an execution of which nothing is known yet.
func NewHistory() *History {
	return &History{
		Status: types.ExecutionStatusRunning, States: []*State{}, Ways: []*Way{}, Events: []Event{},
		at: map[int64]string{}, state: map[string]*State{},
	}
}

// Seen returns the ID of the last event that was added, or 0 for none.
func (h *History) Seen() int64 {
	if len(h.Events) == 0 {
		return 0
	}
	return h.Events[len(h.Events)-1].ID
}

// State returns the one of that name, or nil if it was never entered.
func (h *History) State(name string) *State { return h.state[name] }

// Last returns the state's last visit.
func (s *State) Last() *Visit { return &s.Visits[len(s.Visits)-1] }

// Took returns the time from the state's first entry to its last exit, or to now while it is at
// work.
func (s *State) Took(now time.Time) time.Duration {
	end := s.Last().Ended
	if end.IsZero() {
		end = now
	}
	return max(0, end.Sub(s.Visits[0].Began))
}
