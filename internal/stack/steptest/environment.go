// Package steptest runs single steps on the embedded cloud, so that a test can look at the
// resources between two steps.
package steptest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// attempts limits how often Run runs a step.
const attempts = 20

// Environment is a stack of the environment "main" in virtual time. It exists while the test runs.
type Environment struct {
	*testing.T
	*stack.Stack
}

// In makes an environment whose machines have the behavior, runs the test in it and closes it. Nil
// is the default behavior.
func In(t *testing.T, behave func(machine.Spec) machine.Behavior, test func(Environment)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(behave)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		test(Environment{t, s})
	})
}

// Try runs a step as its function would: in and out pass through JSON, and an error is the one that
// the state machine sees.
func (e Environment) Try(s step.Step, in, out any) error {
	e.Helper()
	payload, err := json.Marshal(in)
	if err != nil {
		e.Fatal(err)
	}
	ctx := fabric.WithCaller(e.Context(), s.Name)
	answer, err := s.Handler(e.Clients, e.Settings, slog.New(slog.DiscardHandler)).Invoke(ctx, payload)
	if err == nil {
		err = json.Unmarshal(answer, out)
	}
	return err
}

// WantCode runs a step that must fail with that code, and returns its message.
func (e Environment) WantCode(want release.Code, s step.Step, in any) (message string) {
	e.Helper()
	err := e.Try(s, in, &struct{}{})
	if errorType(err) != string(want) {
		e.Errorf("%s fails with %v, want %s", s.Name, err, want)
		return ""
	}
	return err.Error()
}

// LoseAnswers executes calls that change something, and answers each call the first time as if the
// service had failed.
func (e Environment) LoseAnswers() {
	var mu sync.Mutex
	lost := map[string]bool{}
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		out, err := next()
		if err != nil || call.Caller == "" || onlyLooks(call.Operation.Name) {
			return out, err
		}
		input, err := json.Marshal(call.Input)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		if key := call.Operation.String() + string(input); !lost[key] {
			lost[key] = true
			return nil, fabric.Errorf("InternalFailure", "the answer of %s is lost", call.Operation)
		}
		return out, nil
	})
}

func onlyLooks(operation string) bool {
	return slices.ContainsFunc([]string{"Describe", "List", "Get"}, func(verb string) bool { return strings.HasPrefix(operation, verb) })
}

// Run runs a step that must succeed, and retries errors on AWS's side, as the state machines do.
func Run[Out any](e Environment, s step.Step, in any) (out Out) {
	e.Helper()
	err := e.Try(s, in, &out)
	for attempt := 0; attempt < attempts && errorType(err) == string(release.AwsUnavailable); attempt++ {
		time.Sleep(2 * time.Second)
		err = e.Try(s, in, &out)
	}
	if err != nil {
		e.Fatalf("%s: %v", s.Name, err)
	}
	return out
}

func errorType(err error) string {
	var answer messages.InvokeResponse_Error
	if errors.As(err, &answer) {
		return answer.Type
	}
	return ""
}
