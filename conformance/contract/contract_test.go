// Package contract lists what the steps rely on AWS to do, each with the document that says so. The
// tests hold the embedded cloud to all of it, and moto and MiniStack, which others wrote, to what they do as AWS.
package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/smithy-go"

	"photogallery/lambdas/step"
)

// Behavior is one thing that a step relies on.
type Behavior struct {
	Name string // a sentence
	Docs string // the AWS document that settles it
	// Moto says what moto does instead, as its launcher mends it, or "" if it does the same.
	Moto string
	// Check tries the behavior in an account that has the stack and nothing else; nil says that it
	// holds.
	Check func(*Account) error
}

// Account is a cloud with the stack's own resources, and real clients to reach it.
type Account struct {
	Context context.Context
	step.Clients
	Settings step.Settings
	// AddMachine makes a state machine of a definition and returns its ARN.
	AddMachine func(definition string) (arn string, err error)
	// Pause is the time between two looks at what changes by itself, Looks how many there are.
	Pause time.Duration
	Looks int
}

// Behaviors returns all of them, by service.
func Behaviors() []Behavior {
	return slices.Concat(instances(), images(), templates(), network(), balancers(), traffic(), groups(), scheduledActions(), refreshes(), alarms(), metrics(), items(), objects(), schedules(), executions())
}

// eventually looks until what it waits for is there.
func (a *Account) eventually(what string, look func() (bool, error)) error {
	for range a.Looks {
		if there, err := look(); there || err != nil {
			return err
		}
		time.Sleep(a.Pause)
	}
	return fmt.Errorf("%s does not come", what)
}

// refused returns nil for an error with one of AWS's codes.
func refused(err error, codes ...string) error {
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(codes, api.ErrorCode()) {
		return nil
	}
	return fmt.Errorf("the answer is the error %w, not %v", orNone(err), codes)
}

var errNone = errors.New("(none)")

func orNone(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

// same returns nil where two values are equal.
func same[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, not %v", what, got, want)
	}
	return nil
}
