// Package stack is the local counterpart of the CDK stack: it adds the free, static resources to an
// embedded cloud, runs the steps as its functions and connects the same state machines and rules.
package stack

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud"
	"photogallery/internal/localcloud/lambda"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/lambdas"
	"photogallery/lambdas/door"
	"photogallery/lambdas/step"
	"photogallery/release"
	"photogallery/statemachine"
)

// Options configure a Stack.
type Options struct {
	Environment   release.Environment
	Architecture  string         // of images and instances: arm64 or x86_64; "" means arm64
	Pace          float64        // divides AWS's durations; 0 means 1
	Real          bool           // instances do real work, which takes the same time at any pace
	Domain        string         // the gallery's own domain, with a zone and a certificate, or "" for none
	Door          bool           // Domain leads to the front door while nothing serves
	SleepAfter    time.Duration  // without a visit, until the gallery is torn down, or 0 for never
	Wake          step.Wake      // how a visitor wakes the gallery; "" means by a click
	WakeLimit     int            // how many times a day; 0 means the CDK's default
	Night         step.Night     // in which nobody may, or zero for none
	Budget        float64        // in USD a month, or 0 for none
	Tags          release.Tags   // required by the organization, or nil if there are none
	Lab           bool           // the limits of an AWS Academy Learner Lab hold
	Folder        string         // the folder of the bucket's objects, or "" for memory
	Base          Base           // the base image of builders; zero is one made now
	Kind          machine.Kind   // the machines of instances; the caller closes it, after the stack
	DefaultBundle Bundle         // the bundle of the request {}; nil is an empty one, which simulated machines never read
	Pack          Packer         // packs the folder in a request's bundle; nil refuses folders
	Log           *slog.Logger   // of the steps; nil discards
	Random        func() float64 // returns numbers in [0,1) for the jitter of retries; nil means math/rand/v2

	Steps             []step.Step                                            // nil for the shipped ones
	Release, Teardown []byte                                                 // state machines, or nil for the shipped ones
	Around            func(step string, inner lambda.Handler) lambda.Handler // wraps each step; nil does not
}

// Base is a base image, with its date.
type Base struct {
	ID      string
	Created time.Time
}

// Bundle writes a packed bundle.
type Bundle func(to io.Writer) error

// Packer writes the bundle of a folder and returns what its app needs. Its error is an InvalidRequest if the folder does not exist
// or is not a bundle.
type Packer func(ctx context.Context, folder string, to io.Writer) (release.Needs, error)

// Stack is a deployed environment in its own embedded cloud.
type Stack struct {
	Cloud    *localcloud.Cloud
	Clients  step.Clients // the steps' own
	Settings step.Settings
	SFN      *sfn.Client // also of Clients
	Events   *eventbridge.Client

	functions map[string]lambda.Function
	log       *slog.Logger
}

// New deploys the stack. The error is an InvalidRequest for an invalid environment name, or lists
// every problem of a state machine's definition. The caller closes the stack.
func New(options Options) (*Stack, error) {
	if err := options.Environment.Check(); err != nil {
		return nil, err
	}
	options = options.withDefaults()
	cloud := localcloud.New(localcloud.Options{Pace: options.Pace, Kind: options.Kind, Random: options.Random})
	if options.Real {
		cloud.Fabric.ProvisionAtOnce()
		cloud.Fabric.NumberFrom(int(time.Now().UnixMilli()))
	}
	settings, err := seed(cloud, options)
	if err != nil {
		cloud.Close()
		return nil, err
	}
	s := &Stack{
		Settings: settings,
		Cloud:    cloud,
		Clients:  step.NewClients(cloud.Fabric.Config(), &http.Client{Transport: cloud.ELB.Transport(), Timeout: homePageTimeout}),
		Events:   eventbridge.NewFromConfig(cloud.Fabric.Config()),
		log:      options.Log,
	}
	s.SFN = s.Clients.SFN
	s.functions = s.makeFunctions(options)
	if err := s.addMachines(options); err != nil {
		s.Close()
		return nil, err
	}
	s.addRules()
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Architecture == "" {
		o.Architecture = release.ARM64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Steps == nil {
		o.Steps = lambdas.Steps()
	}
	if o.Release == nil {
		o.Release = statemachine.Release
	}
	if o.Teardown == nil {
		o.Teardown = statemachine.Teardown
	}
	o.Wake, o.WakeLimit = cmp.Or(o.Wake, step.WakeByClick), cmp.Or(o.WakeLimit, step.UsualWakeLimit)
	if o.Around == nil {
		o.Around = func(_ string, inner lambda.Handler) lambda.Handler { return inner }
	}
	return o
}

func (s *Stack) makeFunctions(options Options) map[string]lambda.Function {
	functions := map[string]lambda.Function{}
	for _, declared := range options.Steps {
		handler := options.Around(declared.Name, declared.Handler(s.Clients, s.Settings, s.log))
		functions[declared.Name] = lambda.New(s.Cloud.Fabric, declared.Name, declared.Timeout, handler)
	}
	return functions
}

func (s *Stack) addMachines(options Options) error {
	functions := map[string]stepfunctions.Function{}
	for name, function := range s.functions {
		functions[name] = function
	}
	environment := s.Settings.Environment
	if _, err := s.Cloud.StepFunctions.AddMachine(environment.ReleaseMachine(), options.Release, functions); err != nil {
		return err
	}
	_, err := s.Cloud.StepFunctions.AddMachine(environment.TeardownMachine(), options.Teardown, functions)
	return err
}

// Offer publishes a base image, as Amazon does: builders are launched from it from now on.
func (s *Stack) Offer(base Base) {
	s.Cloud.Fabric.Do(func() { offer(s.Cloud, base, s.Settings) })
}

// Close aborts executions and waits for every goroutine of the cloud.
func (s *Stack) Close() { s.Cloud.Close() }

// Visit passes a request to the front door, as its function URL does.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func (s *Stack) Visit(ctx context.Context, request events.LambdaFunctionURLRequest) (answer events.LambdaFunctionURLResponse, err error) {
	payload, err := json.Marshal(request)
	if err != nil {
		return answer, err
	}
	document, err := s.functions[door.FrontDoor.Name].Invoke(ctx, payload)
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(document, &answer)
}

// StartRelease starts the release machine with a JSON input and returns the execution's ARN. The
// name "" makes one up. The errors are StartExecution's.
func (s *Stack) StartRelease(ctx context.Context, name, input string) (executionARN string, err error) {
	return s.start(ctx, s.Settings.ReleaseMachine, name, input)
}

// StartTeardown starts the teardown machine, as StartRelease does the release machine.
func (s *Stack) StartTeardown(ctx context.Context, name, input string) (executionARN string, err error) {
	return s.start(ctx, s.Settings.TeardownMachine, name, input)
}

func (s *Stack) start(ctx context.Context, machineARN, name, input string) (string, error) {
	in := &sfn.StartExecutionInput{StateMachineArn: &machineARN, Input: &input}
	if name != "" {
		in.Name = &name
	}
	out, err := s.SFN.StartExecution(ctx, in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ExecutionArn), nil
}

// Await blocks until the execution or ctx has ended, and returns ctx's error in the second case.
// The error for an unknown execution is ExecutionDoesNotExist.
func (s *Stack) Await(ctx context.Context, executionARN string) (stepfunctions.Snapshot, error) {
	return s.Cloud.StepFunctions.Await(ctx, executionARN)
}

// Path lists the states that the execution has entered, those of a Parallel state branch by branch,
// or nil if the execution does not exist.
func (s *Stack) Path(executionARN string) []string {
	return s.Cloud.StepFunctions.Path(executionARN)
}
