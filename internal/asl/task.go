package asl

import (
	"context"
	"errors"
	"strings"
	"time"
)

const integration = "invoke.waitForTaskToken"

// waits reports whether a Task calls its function through the lambda:invoke integration, which
// waits for a task token. Otherwise it calls the function by its ARN.
func (s *state) waits() bool { return strings.HasSuffix(s.Resource, ":"+integration) }

// function returns the ARN of a Task's function, or the FunctionName of the integration.
func (s *state) function() string {
	parameters, _ := s.Parameters.value.(map[string]any)
	if name, ok := parameters["FunctionName"].(string); ok && s.waits() {
		return name
	}
	return s.Resource
}

// task runs a Task state.
func (s *state) task(ctx context.Context, v *visit, in payload) (any, *TaskError) {
	argument := in
	if s.waits() {
		argument, _ = newPayload(in.value.(map[string]any)["Payload"]) // a part of what fits also fits
	}
	limit, failure := s.timeout(scope{v.raw.value, nil})
	if failure != nil {
		return nil, failure
	}
	v.record(s.scheduled(in.text, limit))
	v.record(s.event("Started"))
	result, failure := s.call(ctx, v, argument, limit)
	event := s.event("Succeeded")
	switch {
	case failure == interrupted:
		return nil, interrupted
	case failure == nil:
	case failure.Name == errorTimeout:
		event = s.event("TimedOut")
	default:
		event = s.event("Failed")
	}
	event.Output = result.text
	if failure != nil {
		event.Error, event.Cause = failure.Name, failure.Cause
	}
	v.record(event)
	return result.value, failure
}

// answer is the result of an invocation or a task token.
type answer struct {
	result payload
	fail   *TaskError
}

// call invokes the function and waits for its end, or for the token's. The invocation has its own
// goroutine, because a state does not wait for a function that outlives it. Nothing sends
// heartbeats, so the first one is always missed.
func (s *state) call(parent context.Context, v *visit, argument payload, limit int64) (payload, *TaskError) {
	late := &TaskError{Name: errorTimeout}
	if s.HeartbeatSeconds > 0 {
		limit, late = s.HeartbeatSeconds, heartbeatMissed
	}
	if limit == 0 {
		limit = maxSeconds
	}
	patience := time.Duration(limit) * time.Second
	if s.TimeoutSecondsPath != "" {
		patience = v.exec.paced(patience)
	}
	ctx, cancel := context.WithTimeout(parent, patience)
	defer cancel()
	answers := make(chan answer, 1)
	v.exec.machine.running.Go(func() { answers <- s.invoke(ctx, v.exec.machine.opts.Invoker, argument) })
	end := s.await(ctx, v, answers)
	switch {
	case end.fail != interrupted:
		return end.result, end.fail
	case parent.Err() != nil:
		return payload{}, interrupted
	}
	return payload{}, late
}

func (s *state) invoke(ctx context.Context, invoker Invoker, argument payload) answer {
	text, err := invoker.Invoke(ctx, s.function(), []byte(argument.text))
	if failure := (*TaskError)(nil); errors.As(err, &failure) {
		return answer{fail: failure}
	}
	if err != nil {
		return answer{fail: &TaskError{"Lambda.Unknown", err.Error()}}
	}
	result, failure := readPayload(text)
	return answer{result, failure}
}

// await returns the first event that ends the task. It accepts a token's outcome only after the
// function has returned, so that a function may complete its own token.
func (s *state) await(ctx context.Context, v *visit, answers <-chan answer) answer {
	select {
	case end := <-answers:
		switch {
		case end.fail != nil && ctx.Err() != nil:
			return v.callback.last()
		case end.fail != nil || !s.waits():
			return end
		}
		submitted := s.event("Submitted")
		submitted.Output = end.result.text
		v.record(submitted)
	case <-ctx.Done():
		return v.callback.last()
	}
	select {
	case end := <-v.callback.outcome:
		return end
	case <-ctx.Done():
		return v.callback.last()
	}
}

// event starts a history event of the task's family.
func (s *state) event(what string) Event {
	if !s.waits() {
		return Event{Type: "LambdaFunction" + what}
	}
	return Event{Type: "Task" + what, Resource: integration, ResourceType: "lambda"}
}

func (s *state) scheduled(input string, limit int64) Event {
	event := s.event("Scheduled")
	event.TimeoutInSeconds, event.HeartbeatInSeconds = limit, s.HeartbeatSeconds
	if s.waits() {
		event.Parameters = input
	} else {
		event.Resource, event.Input = s.Resource, input
	}
	return event
}
