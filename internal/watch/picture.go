// Package watch follows an execution by its history: which step is at work, for how long, what it
// waits for, how often it was tried. It knows the Step Functions API alone, so that it shows an
// execution on one machine as it shows one on AWS.
package watch

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Phase is how far a step is.
type Phase string

// The phases of a step.
const (
	Running   Phase = "running"   // its function works
	Waiting   Phase = "waiting"   // it looks again in a while
	Retrying  Phase = "retrying"  // it failed, and is tried again
	Succeeded Phase = "succeeded" // its last answer was good
	Caught    Phase = "caught"    // it failed for good; the state machine goes on from there
	Stopped   Phase = "stopped"   // the execution ended while it was at work
)

// Step is a Task or a Parallel state that the execution has come to, once for all its visits. A
// step that is polled is visited many times.
type Step struct {
	Name    string    `json:"name"`
	Depth   int       `json:"depth"` // of nesting: 1 in a branch of a Parallel state
	Group   bool      `json:"group"` // a Parallel state, whose steps follow
	Phase   Phase     `json:"phase"`
	Visits  int       `json:"visits"`
	Retries int       `json:"retries"` // of the last visit
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended,omitzero"` // of the last visit; zero while it runs
	Input   string    `json:"-"`              // JSON, of the last visit
	Output  string    `json:"-"`              // JSON, "" before the first answer
	Note    string    `json:"note,omitempty"` // what it waits for, or found
	Error   string    `json:"error,omitempty"`
	Cause   string    `json:"cause,omitempty"`

	parent, branch string
}

// Picture is an execution at one moment.
type Picture struct {
	Machine string                `json:"machine"` // the state machine's name
	Name    string                `json:"name"`
	Status  types.ExecutionStatus `json:"status"`
	Began   time.Time             `json:"began"`
	Ended   time.Time             `json:"ended,omitzero"`
	Steps   []*Step               `json:"steps"` // in order of their first visit, those of a group behind it
	Last    string                `json:"last"`  // the state entered last
	Error   string                `json:"error,omitempty"`
	Cause   string                `json:"cause,omitempty"`
	Output  string                `json:"output,omitempty"`
	Typical time.Duration         `json:"typical,omitempty"` // what the last such run took; 0 if there was none

	where  map[int64]string  // the state that an event belongs to
	group  map[string]string // the Parallel state that a state belongs to
	branch map[string]string // the first state of the branch that a state belongs to
	latest map[string]string // the last step up to a state
	open   map[string]bool   // Parallel states under way
}

// Elapsed is for how long the execution has run, or ran.
func (p *Picture) Elapsed(now time.Time) time.Duration { return span(p.Began, p.Ended, now) }

// Elapsed is the time from the step's first visit to the end of its last.
func (s *Step) Elapsed(now time.Time) time.Duration { return span(s.Began, s.Ended, now) }

func span(from, to, now time.Time) time.Duration {
	if to.IsZero() {
		to = now
	}
	return max(0, to.Sub(from))
}

// add takes one more event of the history, in order.
func (p *Picture) add(event types.HistoryEvent) {
	if p.where == nil {
		p.where, p.open = map[int64]string{}, map[string]bool{}
		p.group, p.branch, p.latest = map[string]string{}, map[string]string{}, map[string]string{}
	}
	at := aws.ToTime(event.Timestamp)
	kind := string(event.Type)
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		p.enter(event, at)
	case strings.HasSuffix(kind, "StateExited"):
		p.exit(event, at)
	default:
		p.where[event.Id] = p.where[event.PreviousEventId]
		p.happen(event, at)
	}
}

func (p *Picture) enter(event types.HistoryEvent, at time.Time) {
	name := aws.ToString(event.StateEnteredEventDetails.Name)
	before := p.where[event.PreviousEventId]
	parent, branch := p.groupAfter(before), p.branch[before]
	if p.open[before] {
		branch = name
	}
	p.where[event.Id], p.group[name], p.branch[name], p.Last = name, parent, branch, name
	isParallel := event.Type == types.HistoryEventTypeParallelStateEntered
	latest := p.Step(p.latest[before])
	if event.Type != types.HistoryEventTypeTaskStateEntered && !isParallel {
		p.latest[name] = p.latest[before]
		if event.Type == types.HistoryEventTypeWaitStateEntered && latest != nil && latest.Phase == Succeeded {
			latest.Phase, latest.Ended = Waiting, time.Time{}
		}
		return
	}
	p.latest[name] = name
	if latest != nil && latest.Phase == Waiting && latest.Name != name {
		latest.Phase, latest.Ended = Succeeded, at
	}
	if isParallel {
		p.open[name] = true
	}
	s := p.Step(name)
	if s == nil {
		s = &Step{Name: name, Group: isParallel, Began: at, parent: parent, branch: branch}
		if outer := p.Step(parent); outer != nil {
			s.Depth = outer.Depth + 1
		}
		p.insert(s)
	}
	s.Visits, s.Retries, s.Phase, s.Ended = s.Visits+1, 0, Running, time.Time{}
	s.Input = aws.ToString(event.StateEnteredEventDetails.Input)
}

// groupAfter is the Parallel state that the successor of a state belongs to; "" at the top.
func (p *Picture) groupAfter(before string) string {
	if p.open[before] {
		return before
	}
	return p.group[before]
}

// insert puts a step of a branch behind those of its branch, and a branch behind the others.
func (p *Picture) insert(s *Step) {
	if s.parent == "" {
		p.Steps = append(p.Steps, s)
		return
	}
	at := 0
	for i, other := range p.Steps {
		if other.Name == s.parent || other.parent == s.parent && (other.branch == s.branch || p.Step(s.branch) == nil || s.Name == s.branch) {
			at = i + 1
		}
	}
	p.Steps = slices.Insert(p.Steps, at, s)
}

func (p *Picture) exit(event types.HistoryEvent, at time.Time) {
	name := aws.ToString(event.StateExitedEventDetails.Name)
	p.where[event.Id] = name
	delete(p.open, name)
	s := p.Step(name)
	if s == nil {
		return
	}
	s.Ended = at
	if s.Phase != Running {
		s.Phase = Caught
		return
	}
	s.Phase, s.Error, s.Cause = Succeeded, "", ""
	s.Output = aws.ToString(event.StateExitedEventDetails.Output)
}

// happen takes what a step's function did, and the end of the execution.
func (p *Picture) happen(event types.HistoryEvent, at time.Time) {
	s := p.Step(p.where[event.Id])
	switch event.Type {
	case types.HistoryEventTypeLambdaFunctionScheduled, types.HistoryEventTypeTaskScheduled:
		if s != nil && s.Phase == Retrying {
			s.Retries++
			s.Phase = Running
		}
	case types.HistoryEventTypeLambdaFunctionSucceeded:
		p.answered(s, aws.ToString(event.LambdaFunctionSucceededEventDetails.Output))
	case types.HistoryEventTypeTaskSucceeded:
		p.answered(s, aws.ToString(event.TaskSucceededEventDetails.Output))
	default:
		if name, cause, failed := failure(event); failed && s != nil {
			s.Phase, s.Error, s.Cause, s.Note = Retrying, name, cause, ""
		}
		p.end(event, at)
	}
}

func (p *Picture) answered(s *Step, output string) {
	if s != nil {
		s.Phase, s.Note = Running, note(output)
	}
}

func (p *Picture) end(event types.HistoryEvent, at time.Time) {
	switch event.Type {
	case types.HistoryEventTypeExecutionStarted:
		p.Began = at
	case types.HistoryEventTypeExecutionSucceeded, types.HistoryEventTypeExecutionFailed,
		types.HistoryEventTypeExecutionAborted, types.HistoryEventTypeExecutionTimedOut:
		p.Ended = at
		for _, s := range p.Steps {
			if s.Ended.IsZero() {
				s.Ended, s.Phase = at, Stopped
			}
		}
	}
}

// Step is the one of that name; nil if the execution has not come to it.
func (p *Picture) Step(name string) *Step {
	for _, s := range p.Steps {
		if s.Name == name {
			return s
		}
	}
	return nil
}
