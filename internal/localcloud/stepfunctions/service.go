// Package stepfunctions is the embedded cloud's Step Functions, on the interpreter of internal/asl:
// Standard state machines, their executions, and the operations that steps and people call.
// https://docs.aws.amazon.com/step-functions/latest/apireference/
package stepfunctions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/uuid"

	"photogallery/internal/asl"
	"photogallery/internal/localcloud/fabric"
)

// Function is a Lambda function. Its error is a messages.InvokeResponse_Error by value.
type Function interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Options configure a Service.
type Options struct {
	Pace   float64        // divides the delays of Wait states and retries; 0 means 1
	Random func() float64 // returns numbers in [0,1) for jitter; nil means math/rand/v2
}

// Snapshot describes an execution at one moment.
type Snapshot = asl.Snapshot

// Service holds the state machines of one cloud.
type Service struct {
	fabric   *fabric.Fabric
	options  Options
	machines []*machine // guarded by the fabric's lock
}

type machine struct {
	*asl.Machine
	name, arn  string
	definition string // with the functions' ARNs substituted
	created    time.Time
}

// role returns the ARN of a machine's role.
func (m *machine) role() *string {
	return aws.String("arn:aws:iam::" + fabric.Account + ":role/" + m.name)
}

// New registers the operations.
func New(f *fabric.Fabric, options Options) *Service {
	s := &Service{fabric: f, options: options}
	s.register()
	return s
}

// AddMachine adds a state machine. In its definition every ${Name} becomes the ARN of the function
// of that name. It returns the machine's ARN. The error is an *asl.LoadError that lists all
// problems. It takes the lock itself.
func (s *Service) AddMachine(name string, definition []byte, functions map[string]Function) (arn string, err error) {
	substitutions := map[string]string{}
	for function := range functions {
		substitutions[function] = fabric.ARN("lambda", "function:"+function)
	}
	checked, err := asl.Load(definition, substitutions)
	if err != nil {
		return "", fmt.Errorf("state machine %s: %w", name, err)
	}
	m := &machine{name: name, arn: MachineARN(name), created: time.Now(), definition: filledIn(definition, substitutions)}
	m.Machine = asl.NewMachine(m.arn, name, checked, asl.Options{
		Invoker: invoker(functions), Random: s.options.Random, Pace: s.options.Pace,
	})
	s.fabric.Do(func() { s.machines = append(s.machines, m) })
	return m.arn, nil
}

func filledIn(definition []byte, substitutions map[string]string) string {
	var pairs []string
	for name, arn := range substitutions {
		pairs = append(pairs, "${"+name+"}", arn)
	}
	return strings.NewReplacer(pairs...).Replace(string(definition))
}

// MachineARN returns the ARN of the state machine of that name.
func MachineARN(name string) string { return fabric.ARN("states", "stateMachine:"+name) }

// Close aborts all executions and waits for their goroutines. The fabric must be closed before, so
// that no rule reacts to the aborts and no function waits for the cloud.
func (s *Service) Close() {
	var machines []*machine
	s.fabric.Do(func() { machines = s.machines })
	for _, m := range machines {
		m.Close()
	}
}

// Start starts an execution and returns its ARN. It makes up a name if that is empty, as AWS does.
// Its errors are StartExecution's.
func (s *Service) Start(machineARN, name, input string) (executionARN string, err error) {
	m, err := s.machine(machineARN)
	if err != nil {
		return "", err
	}
	if name == "" {
		name = uuid.NewString()
	}
	_, known := m.Execution(name)
	e, err := m.Start(name, []byte(input))
	if err != nil {
		return "", apiError(err)
	}
	if !known {
		s.announce(m, e)
	}
	return e.Snapshot().ARN, nil
}

// Await blocks until the execution or ctx has ended, and returns ctx's error in the second case. It
// takes the lock itself.
func (s *Service) Await(ctx context.Context, executionARN string) (Snapshot, error) {
	e, err := s.lookUp(executionARN)
	if err != nil {
		return Snapshot{}, err
	}
	return e.Wait(ctx)
}

// Path lists the states that the execution has entered, those of a Parallel state branch by branch,
// or nil if the execution does not exist. It takes the lock itself.
func (s *Service) Path(executionARN string) []string {
	e, err := s.lookUp(executionARN)
	if err != nil {
		return nil
	}
	return e.Path()
}

// History lists the execution's events so far, oldest first, or nil if the execution does not
// exist. It must be called without the lock.
func (s *Service) History(executionARN string) []asl.Event {
	e, err := s.lookUp(executionARN)
	if err != nil {
		return nil
	}
	return e.History()
}

// TimeOut ends the execution as if its TimeoutSeconds had passed, unless it has ended or does not
// exist. It must be called without the lock.
func (s *Service) TimeOut(executionARN string) {
	if e, err := s.lookUp(executionARN); err == nil {
		e.TimeOut()
	}
}

func (s *Service) lookUp(executionARN string) (e *asl.Execution, err error) {
	s.fabric.Do(func() { _, e, err = s.execution(executionARN) })
	return e, err
}

func (s *Service) machine(arn string) (*machine, error) {
	if _, ok := nameIn(arn, ":stateMachine:"); !ok {
		return nil, fabric.Errorf("InvalidArn", "Invalid Arn: '%s': a state machine's has the form %s", arn, MachineARN("NAME"))
	}
	for _, m := range s.machines {
		if m.arn == arn {
			return m, nil
		}
	}
	return nil, fabric.Errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}

func (s *Service) execution(arn string) (*machine, *asl.Execution, error) {
	names, ok := nameIn(arn, ":execution:")
	machineName, name, whole := strings.Cut(names, ":")
	if !ok || !whole {
		return nil, nil, fabric.Errorf("InvalidArn", "Invalid Arn: '%s': an execution's has the form %s", arn, fabric.ARN("states", "execution:MACHINE:NAME"))
	}
	for _, m := range s.machines {
		if m.name != machineName {
			continue
		}
		if e, ok := m.Execution(name); ok {
			return m, e, nil
		}
	}
	return nil, nil, fabric.Errorf("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

// nameIn returns the part after the kind in an ARN of this cloud's Step Functions.
func nameIn(arn, kind string) (name string, ok bool) {
	return strings.CutPrefix(arn, strings.TrimSuffix(fabric.ARN("states", ""), ":")+kind)
}
