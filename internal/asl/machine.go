package asl

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Invoker calls Lambda functions for Task states.
type Invoker interface {
	// Invoke calls the function once with a JSON payload and returns its JSON
	// answer. It must return soon after ctx is done. An error that is a
	// *TaskError has the Error Name that Retry and Catch see; any other counts
	// as Lambda.Unknown. The function is what the definition names: an ARN, or
	// the FunctionName of the lambda:invoke integration.
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Options are what a Machine works with.
type Options struct {
	// Invoker calls the functions. A definition with a Task needs it.
	Invoker Invoker
	// Random gives numbers in [0,1) for JitterStrategy FULL, to any goroutine;
	// nil means math/rand/v2.
	Random func() float64
	// Pace divides the delays of Wait states and retries; 0 means 1. Time-outs
	// are never divided.
	Pace float64
	// OnEvent is called with every history event, one at a time and in order for
	// an execution, before Done is closed; no lock is held. The execution
	// waits for it. It must not wait for the execution, nor call Close. Nil is
	// allowed.
	OnEvent func(Event)
}

// Machine is a state machine of the Standard type: a definition under an ARN,
// and its executions, which it keeps until it is garbage.
type Machine struct {
	arn, name, roleArn string
	def                *Definition
	opts               Options
	random             func() float64
	running            sync.WaitGroup // executions and invocations

	mu     sync.Mutex
	closed bool
	byName map[string]*Execution
	order  []*Execution
	tokens map[string]*callback
}

// NewMachine makes a state machine without executions. Close it at the end.
func NewMachine(arn, name, roleArn string, def *Definition, opts Options) *Machine {
	m := &Machine{arn: arn, name: name, roleArn: roleArn, def: def, opts: opts, random: opts.Random}
	if m.random == nil {
		m.random = rand.Float64
	}
	m.byName, m.tokens = map[string]*Execution{}, map[string]*callback{}
	return m
}

// Start begins an execution and returns at once; no input means {}. A name that
// runs with the same input gives that execution again. The errors are
// ErrInvalidName, ErrInvalidExecutionInput, ErrExecutionAlreadyExists and
// ErrStateMachineDeleting, see
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html.
func (m *Machine) Start(name string, input []byte) (*Execution, error) {
	if err := checkName(name); err != nil {
		return nil, err
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
		return nil, fmt.Errorf("%w: %s; choose another name", ErrExecutionAlreadyExists, old.arn)
	}
	return m.begin(name, in), nil
}

// begin is called with m.mu held.
func (m *Machine) begin(name string, in payload) *Execution {
	ctx, cancel := context.WithCancel(context.Background())
	e := &Execution{
		machine: m, arn: executionARN(m.arn, name), name: name, input: in, started: time.Now(),
		cancel: cancel, done: make(chan struct{}), status: StatusRunning, trail: &trail{},
	}
	e.add(Event{Type: "ExecutionStarted", Input: in.text, RoleARN: m.roleArn})
	m.byName[name] = e
	m.order = append(m.order, e)
	m.running.Go(func() { e.run(ctx) })
	return e
}

func executionARN(machineARN, name string) string {
	return strings.Replace(machineARN, ":stateMachine:", ":execution:", 1) + ":" + name
}

func checkName(name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName {
		return fmt.Errorf("%w: it has %d characters; give it 1 to %d", ErrInvalidName, n, maxName)
	}
	bad := strings.IndexFunc(name, func(r rune) bool {
		return r <= 0x20 || r >= 0x7f && r <= 0x9f || r >= 0xfffd && r <= 0xffff || strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", r)
	})
	if bad >= 0 {
		return fmt.Errorf("%w: %q has a character that is not allowed; use letters, digits, - and _", ErrInvalidName, name)
	}
	return nil
}

// Execution returns the execution of that name, and false when there is none.
func (m *Machine) Execution(name string) (*Execution, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.byName[name]
	return e, ok
}

// Executions returns all executions, the newest first.
func (m *Machine) Executions() []*Execution {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.order)
	slices.Reverse(all)
	return all
}

// Close aborts what runs and waits until every goroutine of the machine has
// ended, functions that outlived their state included. Start fails from then on.
func (m *Machine) Close() {
	m.mu.Lock()
	m.closed = true
	all := m.order
	m.mu.Unlock()
	for _, e := range all {
		e.Stop("", "the state machine is closed")
	}
	m.running.Wait()
}
