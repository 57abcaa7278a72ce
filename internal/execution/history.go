// Package execution reads executions of the state machines: their history, state by state, and
// their progress, step by step. It uses only the Step Functions API, so that local executions and
// those on AWS read the same.
package execution

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Phase is the progress of a state.
type Phase string

// The phases of a state that has been entered.
const (
	Running   Phase = "running"
	Retrying  Phase = "retrying" // an attempt failed, and another follows or runs
	Succeeded Phase = "succeeded"
	Caught    Phase = "caught"  // it failed; the state machine continues from there
	Failed    Phase = "failed"  // it ended the execution
	Stopped   Phase = "stopped" // the execution ended while it ran
)

// History holds what an execution has done so far: the states it entered and how often, the
// failures and retries, and the transitions.
type History struct {
	Status types.ExecutionStatus `json:"status"` // RUNNING until the history has an end
	Began  time.Time             `json:"began"`
	Ended  time.Time             `json:"ended,omitzero"`
	Input  string                `json:"input"`
	Output string                `json:"output,omitempty"`
	Error  string                `json:"error,omitempty"`
	Cause  string                `json:"cause,omitempty"`
	States []*State              `json:"states"` // in order of first entry
	Ways   []*Way                `json:"ways"`
	Events []Event               `json:"events"`

	entry string           // the input of the state that was entered last
	at    map[int64]string // the state of each event
	state map[string]*State
}

// State is a state that was entered.
type State struct {
	Name   string  `json:"name"`
	Type   string  `json:"type"` // Task, Parallel, Wait, Choice, Pass, Succeed or Fail
	Phase  Phase   `json:"phase"`
	Visits []Visit `json:"visits"`

	place place
	note  string // of the function's last answer, or "" if there is none yet
}

// place is the position of a state: at the top, or in the branch of a Parallel state that begins
// with first.
type place struct{ parent, first string }

// Visit is one visit of a state, from entry to exit.
type Visit struct {
	Entered  int64     `json:"entered"` // the ID of the event with the input
	Left     int64     `json:"left,omitempty"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended,omitzero"`
	Attempts int       `json:"attempts"`           // of a Task
	Failures []Failure `json:"failures,omitempty"` // one for each attempt
	answered bool      // the last attempt succeeded
	failing  bool      // the last attempt failed, and no other has started
	late     *Failure  // its token was not answered in time, and the step has not run again yet
	patient  bool      // the last attempt has no heartbeat: silence is an answer to its token
	silent   bool      // nobody answered that token
}

// Failure is the failure of an attempt or of a whole state.
type Failure struct {
	At    time.Time `json:"at"`
	Error string    `json:"error"`
	Cause string    `json:"cause,omitempty"`
}

// Way is a transition of the execution.
type Way struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Caught bool   `json:"caught"` // after a failure
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

// NewHistory returns an empty history of an execution.
func NewHistory() *History {
	return &History{
		Status: types.ExecutionStatusRunning, States: []*State{}, Ways: []*Way{}, Events: []Event{},
		at: map[int64]string{}, state: map[string]*State{},
	}
}

// Seen returns the ID of the last event, or 0 if there is none.
func (h *History) Seen() int64 {
	if len(h.Events) == 0 {
		return 0
	}
	return h.Events[len(h.Events)-1].ID
}

// State returns the state of that name, or nil if it was never entered.
func (h *History) State(name string) *State { return h.state[name] }

// Last returns the state's last visit.
func (s *State) Last() *Visit { return &s.Visits[len(s.Visits)-1] }

// Took returns the time from the state's first entry to its last exit, or to now while it runs.
func (s *State) Took(now time.Time) time.Duration {
	end := s.Last().Ended
	if end.IsZero() {
		end = now
	}
	return max(0, end.Sub(s.Visits[0].Began))
}
