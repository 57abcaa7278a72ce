// Package step holds the parts that every step shares: its declaration, its inputs, and how its
// answers and failures cross the Lambda boundary.
package step

import (
	"context"
	"time"
)

// Step is one Lambda function. The table in package lambdas lists all of them. The CDK app makes a
// function with its own role of each; the local mode calls the same handler in process.
type Step struct {
	Name       string        // the handler's name, and its substitution in the state machines
	Summary    string        // one sentence for the documentation
	Timeout    time.Duration // of one invocation
	MemoryMB   int
	Operations []Operation // every AWS operation that the step may call
	Event      bool        // invoked by an event rule or a visitor, not by a state machine

	// DefaultBundle says that the step reads Settings.DefaultBundle. Other steps do not get it: it
	// changes with the app, and a function with a changed setting is published anew.
	DefaultBundle bool

	build func(Clients, Settings) invoke
}

type invoke func(ctx context.Context, payload []byte) (any, error)

// Call holds the input fields that every step shares.
type Call struct {
	Execution string `json:"execution"` // ARN of the execution that runs the step
}

// Define completes a declaration with the constructor of the step's function. The input is decoded
// strictly: a field that In does not have is a defect of the state machine.
func Define[In, Out any](declared Step, build func(Clients, Settings) func(context.Context, In) (Out, error)) Step {
	declared.build = func(clients Clients, settings Settings) invoke {
		if !declared.DefaultBundle {
			settings.DefaultBundle = ""
		}
		run := build(clients, settings)
		return func(ctx context.Context, payload []byte) (any, error) {
			var input In
			if err := decode(payload, &input); err != nil {
				return nil, err
			}
			return run(ctx, input)
		}
	}
	return declared
}
