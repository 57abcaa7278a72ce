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

// Snapshot describes an execution at one moment, as DescribeExecution does.
type Snapshot struct {
	ARN       string
	Name      string
	Status    Status
	Input     string // JSON
	Output    string // JSON, or empty unless SUCCEEDED
	Error     string // only of FAILED and ABORTED
	Cause     string
	StartDate time.Time
	StopDate  time.Time // zero while it runs
}

// Execution is one run of a state machine. Its methods may be called at any time, from any goroutine.
type Execution struct {
	machine *Machine
	input   payload
	cancel  context.CancelFunc
	done    chan struct{}

	mu     sync.Mutex
	now    Snapshot // its ARN and Name never change
	events []Event
}

// run is the execution's goroutine. ctx is canceled at the execution's end, and after its
// TimeoutSeconds.
func (e *Execution) run(ctx context.Context) {
	t := &thread{exec: e, latest: 1} // AWS records no event before the first state's
	out, failure := t.follow(ctx, e.machine.def.machine.graph, e.input)
	switch failure {
	case nil:
		e.stop(StatusSucceeded, Event{Type: "ExecutionSucceeded", PreviousID: t.last, Output: out.text})
	case interrupted: // a time-out; any other interruption has ended the execution before
		e.stop(StatusTimedOut, Event{Type: "ExecutionTimedOut", Error: errorTimeout})
	default:
		e.stop(StatusFailed, Event{Type: "ExecutionFailed", PreviousID: t.last, Error: failure.Name, Cause: failure.Cause})
	}
}

// stop ends the execution unless it has ended, and cancels its context.
func (e *Execution) stop(status Status, event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.now.Status == StatusRunning {
		e.finish(status, event)
	}
}

// finish must be called once, with e.mu held.
func (e *Execution) finish(status Status, event Event) {
	e.add(event)
	e.now.Status, e.now.StopDate = status, e.events[len(e.events)-1].Timestamp
	if status != StatusTimedOut { // only the history has an error for these
		e.now.Output, e.now.Error, e.now.Cause = event.Output, event.Error, event.Cause
	}
	e.cancel()
	close(e.done)
}

// Stop aborts the execution: no Retry or Catch runs, and the contexts of running tasks are
// canceled. The status is ABORTED when it returns. It does nothing to an execution that has ended.
func (e *Execution) Stop(errorName, cause string) {
	e.stop(StatusAborted, Event{Type: "ExecutionAborted", Error: errorName, Cause: cause})
}

// TimeOut ends the execution as if its TimeoutSeconds had passed.
func (e *Execution) TimeOut() { e.cancel() }

// Wait blocks until the execution has ended and returns its final snapshot. The error is ctx's, if
// that ends first.
func (e *Execution) Wait(ctx context.Context) (Snapshot, error) {
	select {
	case <-e.done:
		return e.Snapshot(), nil
	case <-ctx.Done():
		return Snapshot{}, ctx.Err()
	}
}

// Snapshot describes the execution at this moment.
func (e *Execution) Snapshot() Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now
}
