package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/asl"
)

const machineARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:release"

// functions are fake Lambda functions by the last part of their ARN.
type functions map[string]func(ctx context.Context, in string) (string, error)

func (f functions) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	name := function[strings.LastIndex(function, ":")+1:]
	call, ok := f[name]
	if !ok {
		return nil, fmt.Errorf("there is no function %q", function)
	}
	out, err := call(ctx, string(payload))
	return []byte(out), err
}

func answers(out string) func(context.Context, string) (string, error) {
	return func(context.Context, string) (string, error) { return out, nil }
}

func fails(name, cause string) func(context.Context, string) (string, error) {
	return func(context.Context, string) (string, error) { return "", &asl.TaskError{Name: name, Cause: cause} }
}

// sleeps answers after d, or fails when it is canceled before.
func sleeps(d time.Duration, out string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, _ string) (string, error) {
		select {
		case <-time.After(d):
			return out, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// bubble runs body in virtual time.
func bubble(t *testing.T, body func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, body)
}

func load(t *testing.T, definition string) *asl.Definition {
	t.Helper()
	def, err := asl.Load([]byte(definition), map[string]string{
		"F":      "arn:aws:lambda:eu-west-1:123456789012:function:f",
		"G":      "arn:aws:lambda:eu-west-1:123456789012:function:g",
		"Invoke": "arn:aws:states:::lambda:invoke",
	})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return def
}

func newMachine(t *testing.T, definition string, opts asl.Options) *asl.Machine {
	t.Helper()
	m := asl.NewMachine(machineARN, "release", load(t, definition), opts)
	t.Cleanup(m.Close)
	return m
}

// start begins an execution with functions; the caller is in a bubble.
func start(t *testing.T, definition, input string, f functions) *asl.Execution {
	t.Helper()
	e, err := newMachine(t, definition, asl.Options{Invoker: f}).Start("one", []byte(input))
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	return e
}

func wait(t *testing.T, e *asl.Execution) asl.Snapshot {
	t.Helper()
	r, err := e.Wait(t.Context())
	if err != nil {
		t.Fatalf("Wait: %v", err)
	}
	return r
}

// runs runs a definition to its end in a bubble of its own.
func runs(t *testing.T, definition, input string, f functions) (result asl.Snapshot, path []string, history []asl.Event) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		e := start(t, definition, input, f)
		result, path, history = wait(t, e), e.Path(), e.History()
	})
	return result, path, history
}

// one returns a definition with one state, and ends for its transitions.
func one(state string) string {
	return `{"StartAt": "S", "States": {"S": ` + state + `}}`
}

func withEnds(state string) string {
	return `{"StartAt": "S", "States": {"S": ` + state + `, "Yes": {"Type": "Succeed"}, "No": {"Type": "Succeed"}}}`
}

// check compares a result with either JSON output or an Error Name.
func check(t *testing.T, got asl.Snapshot, want string) {
	t.Helper()
	if strings.HasPrefix(want, "States.") || strings.HasPrefix(want, "Lambda.") || strings.HasPrefix(want, "App") {
		if got.Status != asl.StatusFailed || got.Error != want || got.Output != "" {
			t.Errorf("ended %s %s (%s: %s), want FAILED with %s", got.Status, got.Output, got.Error, got.Cause, want)
		}
		return
	}
	if got.Status != asl.StatusSucceeded {
		t.Fatalf("ended %s with %s: %s, want SUCCEEDED with %s", got.Status, got.Error, got.Cause, want)
	}
	if diff := cmp.Diff(parsed(t, want), parsed(t, got.Output)); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%q is not JSON: %v", text, err)
	}
	return value
}

func types(history []asl.Event) []string {
	var all []string
	for _, event := range history {
		all = append(all, event.Type)
	}
	return all
}

func checkPath(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("path %v, want %v", got, want)
	}
}

func checkError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}
