package execution

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/release"
	"photogallery/statemachine"
)

// Waiting is the phase of a step that the execution has not reached yet, and will reach unless
// something fails.
const Waiting Phase = "waiting"

// Step is a Task or a Parallel state with all its visits. A polled step has many visits and
// includes the Wait and Choice states between them: it is Running until the execution has moved on.
// A step that ran at the end of the execution is Stopped, whatever the end.
type Step struct {
	Name    string    `json:"name"`
	Depth   int       `json:"depth"` // of nesting: 1 in a branch of a Parallel state
	Group   bool      `json:"group"` // a Parallel state, whose steps follow
	Phase   Phase     `json:"phase"`
	Visits  int       `json:"visits"`
	Retries int       `json:"retries"` // of the last visit
	Began   time.Time `json:"began,omitzero"`
	Ended   time.Time `json:"ended,omitzero"` // zero while it runs
	Note    string    `json:"note,omitempty"` // what it waits for or found
	Error   string    `json:"error,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Late    bool      `json:"-"` // the last failure was a missing event

	place place
}

// IsBeside reports whether another step is in the same branch, or also at the top.
func (s *Step) IsBeside(other *Step) bool { return s.place == other.place }

// Progress is an execution at one moment, step by step.
type Progress struct {
	Machine string                `json:"machine"` // the state machine's name
	Name    string                `json:"name"`
	Status  types.ExecutionStatus `json:"status"`
	Began   time.Time             `json:"began"`
	Ended   time.Time             `json:"ended,omitzero"`
	Steps   []*Step               `json:"steps"` // in order of their first visit, the steps of a group after it
	Error   string                `json:"error,omitempty"`
	Cause   string                `json:"cause,omitempty"`
	Output  string                `json:"output,omitempty"`
	Seen    time.Time             `json:"-"` // when Follow read it, or zero without Follow
	Due     time.Time             `json:"-"` // when the next answer is late

	definition statemachine.Definition
	former     []*Progress // successful runs of the machine, newest first
	current    string      // the running or polling step at the top, or "" between two
	wait       time.Time   // when the wait began that a verdict answers, or zero if there is none
}

// Step returns the step of that name, or nil if there is none.
func (p *Progress) Step(name string) *Step {
	for _, s := range p.Steps {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Unchanged returns why a release that succeeded had nothing to do, or "" for any other execution.
func (p *Progress) Unchanged() string {
	var output release.Unchanged
	if p.Status != types.ExecutionStatusSucceeded || json.Unmarshal([]byte(p.Output), &output) != nil {
		return ""
	}
	return output.Unchanged
}

// Elapsed returns how long the execution has run.
func (p *Progress) Elapsed(now time.Time) time.Duration { return span(p.Began, p.Ended, now) }

// Elapsed returns the time from the step's first visit to the end of its last, or 0 for a future
// step.
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
