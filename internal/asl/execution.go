package asl

import (
	"context"
	"sync"
	"time"
)

// Status is the state of an execution, in Step Functions' words.
type Status string

// The statuses of an execution.
const (
	StatusRunning   Status = "RUNNING"
	StatusSucceeded Status = "SUCCEEDED"
	StatusFailed    Status = "FAILED"
	StatusTimedOut  Status = "TIMED_OUT"
	StatusAborted   Status = "ABORTED"
)

// Result is how an execution ended.
type Result struct {
	Status Status
	Output string // JSON; empty unless SUCCEEDED
	Error  string // only of FAILED and ABORTED
	Cause  string
}

// Snapshot describes an execution at one moment, as DescribeExecution does.
type Snapshot struct {
	ARN       string
	Name      string
	Status    Status
	Input     string // JSON
	Output    string // JSON; empty unless SUCCEEDED
	Error     string // only of FAILED and ABORTED
	Cause     string
	StartDate time.Time
	StopDate  time.Time // zero while it runs
}

// Execution is one run of a state machine. All its methods may be called at any
// time and from any goroutine.
type Execution struct {
	machine *Machine
	arn     string
	name    string
	input   payload
	started time.Time
	cancel  context.CancelFunc
	done    chan struct{}

	mu         sync.Mutex
	status     Status
	end        Event // the last one, when it has ended
	events     []Event
	delivered  int  // events that OnEvent has seen
	delivering bool // a goroutine is calling OnEvent
	told       bool // done is closed
	trail      *trail
}

// run is the execution's goroutine.
func (e *Execution) run(ctx context.Context) {
	if limit := e.machine.def.timeout; limit > 0 {
		defer e.limit(limit)()
	}
	e.deliver()
	t := &thread{exec: e, trail: e.trail, last: 1}
	out, failure := t.follow(ctx, e.machine.def.graph, e.input)
	switch failure {
	case nil:
		e.stop(StatusSucceeded, Event{Type: "ExecutionSucceeded", PreviousID: t.last, Output: out.text})
	case interrupted:
	default:
		e.stop(StatusFailed, Event{Type: "ExecutionFailed", PreviousID: t.last, Error: failure.Name, Cause: failure.Cause})
	}
}

// limit ends the execution after its TimeoutSeconds. The function returned
// takes the limit away.
func (e *Execution) limit(d time.Duration) func() {
	e.machine.running.Add(1)
	timer := time.AfterFunc(d, func() {
		defer e.machine.running.Done()
		e.stop(StatusTimedOut, Event{Type: "ExecutionTimedOut", Error: errorTimeout})
	})
	return func() {
		if timer.Stop() {
			e.machine.running.Done()
		}
	}
}

// stop ends the execution unless it has ended, and interrupts what runs.
func (e *Execution) stop(status Status, event Event) {
	e.mu.Lock()
	if e.status == StatusRunning {
		e.finish(status, event)
	}
	e.mu.Unlock()
	e.deliver()
}

// finish is called with e.mu held, and once.
func (e *Execution) finish(status Status, event Event) {
	e.add(event)
	e.status, e.end = status, e.events[len(e.events)-1]
	e.cancel()
}

// Stop aborts the execution: no Retry or Catch runs, and the contexts of running
// tasks end. The status is ABORTED when it returns. It does nothing to an
// execution that has ended.
func (e *Execution) Stop(errorName, cause string) {
	e.stop(StatusAborted, Event{Type: "ExecutionAborted", Error: errorName, Cause: cause})
}

// Done is closed when the execution has ended and OnEvent has seen its last event.
func (e *Execution) Done() <-chan struct{} { return e.done }

// Wait blocks until the execution has ended. The error is ctx's, when that ends
// first; how the execution ended is in the result.
func (e *Execution) Wait(ctx context.Context) (Result, error) {
	select {
	case <-e.done:
		s := e.Snapshot()
		return Result{s.Status, s.Output, s.Error, s.Cause}, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// Snapshot describes the execution now.
func (e *Execution) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := Snapshot{ARN: e.arn, Name: e.name, Status: e.status, Input: e.input.text, StartDate: e.started, StopDate: e.end.Timestamp}
	if e.status != StatusTimedOut { // of which only the history has an error
		s.Output, s.Error, s.Cause = e.end.Output, e.end.Error, e.end.Cause
	}
	return s
}
