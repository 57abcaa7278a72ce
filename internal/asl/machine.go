package asl

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Invoker calls Lambda functions for Task states.
type Invoker interface {
	// Invoke calls the function once with a JSON payload and returns its JSON answer. It must
	// return soon after ctx is done. If the error is a *TaskError, Retry and Catch see its Error
	// Name; any other error counts as Lambda.Unknown. The function is named as in the definition:
	// an ARN, or the FunctionName of the lambda:invoke integration.
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Options configure a Machine.
type Options struct {
	// Invoker calls the functions. It is required if the definition has a Task.
	Invoker Invoker
	// Random returns numbers in [0,1) for JitterStrategy FULL. It is called from any goroutine, and
	// nil means math/rand/v2.
	Random func() float64
	// Pace divides the delays of Wait states and retries, and the time-outs of TimeoutSecondsPath,
	// with which a Task waits for an answer that may not come. 0 means 1. It does not divide the
	// others, which are for work.
	Pace float64
}

// Machine is a Standard state machine: a definition with an ARN, and its executions, which it keeps
// for its lifetime.
type Machine struct {
	arn, name string
	def       *Definition
	opts      Options
	running   sync.WaitGroup // executions and invocations

	mu     sync.Mutex
	closed bool
	byName map[string]*Execution
	newest []*Execution // first
	tokens map[string]*callback
}

// NewMachine returns a state machine without executions. The caller closes it.
func NewMachine(arn, name string, def *Definition, opts Options) *Machine {
	if opts.Random == nil {
		opts.Random = rand.Float64
	}
	return &Machine{arn: arn, name: name, def: def, opts: opts, byName: map[string]*Execution{}, tokens: map[string]*callback{}}
}

// Start starts an execution and returns at once. Empty input means {}. If an execution of the name
// runs with the same input, Start returns that one. The errors are ErrInvalidName,
// ErrInvalidExecutionInput, ErrExecutionAlreadyExists and ErrStateMachineDeleting, see
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html.
func (m *Machine) Start(name string, input []byte) (*Execution, error) {
	if !goodName.MatchString(name) {
		return nil, fmt.Errorf("%w: %q; use 1 to 80 letters, digits, - and _", ErrInvalidName, name)
	}
	if len(input) == 0 {
		input = []byte("{}")
	}
	in, fail := readPayload(input)
	if fail != nil {
		return nil, fmt.Errorf("%w: %s", ErrInvalidExecutionInput, fail.Cause)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, fmt.Errorf("%w: %s is closed", ErrStateMachineDeleting, m.name)
	}
	if old := m.byName[name]; old != nil {
		if old.Snapshot().Status == StatusRunning && old.input.text == in.text {
			return old, nil
		}
		return nil, fmt.Errorf("%w: %s; choose another name", ErrExecutionAlreadyExists, old.now.ARN)
	}
	return m.begin(name, in), nil
}

// goodName matches the names that Step Functions allows, with more than letters and digits.
var goodName = regexp.MustCompile("^[^\\x00-\\x20<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\\x7f-\\x9f\\x{fffd}-\\x{ffff}]{1,80}$")

// begin must be called with m.mu held.
func (m *Machine) begin(name string, in payload) *Execution {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(m.def.machine.TimeoutSeconds)*time.Second)
	arn := strings.Replace(m.arn, ":stateMachine:", ":execution:", 1) + ":" + name
	e := &Execution{
		machine: m, input: in, cancel: cancel, done: make(chan struct{}),
		now: Snapshot{ARN: arn, Name: name, Status: StatusRunning, Input: in.text, StartDate: time.Now()},
	}
	e.add(Event{Type: "ExecutionStarted", Input: in.text})
	m.byName[name] = e
	m.newest = slices.Insert(m.newest, 0, e)
	m.running.Go(func() { e.run(ctx) })
	return e
}

// Execution returns the execution of that name, and false if there is none.
func (m *Machine) Execution(name string) (*Execution, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byName[name]
	return e, ok
}

// Executions returns all executions, newest first.
func (m *Machine) Executions() []*Execution {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.newest)
}

// Close aborts running executions and waits until every goroutine of the machine has ended,
// including functions that outlived their state. After that Start fails.
func (m *Machine) Close() {
	m.mu.Lock()
	m.closed = true
	all := m.newest
	m.mu.Unlock()
	for _, e := range all {
		e.Stop("", "the state machine is closed")
	}
	m.running.Wait()
}
