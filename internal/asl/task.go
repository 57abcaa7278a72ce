package asl

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// task calls a Lambda function: by its own ARN, or through the lambda:invoke
// integration, with or without waiting for the task token.
type task struct {
	resource  string
	function  string
	api       string // "invoke" or "invoke.waitForTaskToken"; empty for a function's ARN
	timeout   int64  // seconds; 0: not given
	heartbeat int64  // seconds; 0: not given
}

func (t *task) waits() bool { return t.api == "invoke.waitForTaskToken" }

var (
	functionARN    = regexp.MustCompile(`^arn:[a-z-]+:lambda:[^:]+:[^:]+:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$`)
	integrationARN = regexp.MustCompile(`^arn:[a-z-]+:states:::lambda:(invoke(?:\.waitForTaskToken)?)$`)
)

func (f *fields) task(s *state) action {
	f.require("Resource")
	t := &task{resource: f.text("Resource")}
	t.timeout = f.integer("TimeoutSeconds", 1, maxSeconds, 0)
	t.heartbeat = f.integer("HeartbeatSeconds", 1, maxSeconds, 0)
	if match := integrationARN.FindStringSubmatch(t.resource); match != nil {
		t.api, t.function = match[1], f.invocation(s.parameters)
	} else if t.function = t.resource; t.resource != "" && !functionARN.MatchString(t.resource) {
		f.problem("Resource is %q: give it a Lambda function's ARN, arn:aws:states:::lambda:invoke or arn:aws:states:::lambda:invoke.waitForTaskToken", t.resource)
	}
	if t.heartbeat > 0 && !t.waits() {
		f.problem("HeartbeatSeconds is %d, but only a waitForTaskToken task can send heartbeats: use TimeoutSeconds", t.heartbeat)
	}
	if t.timeout > 0 && t.heartbeat >= t.timeout {
		f.problem("HeartbeatSeconds is %d, not less than TimeoutSeconds %d: lower it", t.heartbeat, t.timeout)
	}
	return t
}

// invocation checks the Parameters of lambda:invoke, and returns the function's name.
func (f *fields) invocation(parameters template) string {
	for name := range parameters {
		if name != "FunctionName" && name != "Payload" {
			f.problem("Parameters.%s is not supported: give FunctionName and Payload only", name)
		}
	}
	fixed, _ := parameters["FunctionName"].(literal)
	name, _ := fixed.value.(string)
	if name == "" {
		f.problem("Parameters.FunctionName is %s: write the function's name or ARN", show(fixed.value))
	}
	return name
}

func (t *task) run(ctx context.Context, v *visit, in payload) (any, string, *TaskError) {
	argument := in
	if t.api != "" {
		value, ok := in.value.(map[string]any)["Payload"]
		if !ok {
			value = map[string]any{}
		}
		argument, _ = newPayload(value) // a part of what fits does fit
	}
	v.record(t.scheduled(v, in.text))
	v.record(t.event("Started"))
	result, failure := t.call(ctx, v, argument)
	event := t.event("Succeeded")
	switch {
	case failure == interrupted:
		return nil, "", interrupted
	case failure == nil:
	case failure.Name == errorTimeout || failure.Name == errorHeartbeatTimeout:
		event = t.event("TimedOut")
	default:
		event = t.event("Failed")
	}
	event.Output = result.text
	if failure != nil {
		event.Error, event.Cause = failure.Name, failure.Cause
	}
	v.record(event)
	return result.value, v.state.next, failure
}

// answer is what an invocation or a task token brought.
type answer struct {
	result payload
	fail   *TaskError
}

// call invokes the function and waits for its end, or for the token's. The
// invocation runs on its own: a state does not wait for a function that
// outlives it.
func (t *task) call(parent context.Context, v *visit, argument payload) (payload, *TaskError) {
	limit := t.timeout
	if limit == 0 {
		limit = maxSeconds
	}
	ctx, cancel := context.WithTimeout(parent, time.Duration(limit)*time.Second)
	defer cancel()
	answers := make(chan answer, 1)
	v.exec.machine.running.Go(func() { answers <- t.invoke(ctx, v.exec.machine.opts.Invoker, argument) })
	end := t.await(ctx, v, answers)
	switch {
	case end.fail != interrupted:
		return end.result, end.fail
	case parent.Err() != nil:
		return payload{}, interrupted
	}
	return payload{}, &TaskError{errorTimeout, fmt.Sprintf("the state %q took longer than %d seconds", v.state.name, limit)}
}

func (t *task) invoke(ctx context.Context, invoker Invoker, argument payload) answer {
	text, err := invoker.Invoke(ctx, t.function, []byte(argument.text))
	if failure := (*TaskError)(nil); errors.As(err, &failure) {
		return answer{fail: failure}
	}
	if err != nil {
		return answer{fail: &TaskError{"Lambda.Unknown", err.Error()}}
	}
	result, failure := readPayload(text)
	if t.api != "" && failure == nil {
		result, failure = newPayload(map[string]any{"ExecutedVersion": "$LATEST", "Payload": result.value, "StatusCode": whole(200)})
	}
	return answer{result, failure}
}

// await returns the first thing that ends the task. It takes a token's outcome
// only after the function has returned, so that a function may complete its own.
func (t *task) await(ctx context.Context, v *visit, answers <-chan answer) answer {
	c := v.callback
	if c == nil {
		c = &callback{}
	}
	heartbeat := time.Duration(t.heartbeat) * time.Second
	if t.heartbeat == 0 {
		heartbeat = 2 * maxSeconds * time.Second // after any time-out
	}
	missed := time.NewTimer(heartbeat)
	defer missed.Stop()
	var outcome <-chan answer
	for {
		select {
		case end := <-answers:
			if end.fail != nil && ctx.Err() != nil {
				return c.last(answer{fail: interrupted})
			}
			if end.fail != nil || !t.waits() {
				return end
			}
			submitted := t.event("Submitted")
			submitted.Output = end.result.text
			v.record(submitted)
			answers, outcome = nil, c.outcome
		case end := <-outcome:
			return end
		case <-c.beat:
			missed.Reset(heartbeat)
		case <-missed.C:
			return c.last(answer{fail: &TaskError{errorHeartbeatTimeout, fmt.Sprintf("the state %q had no heartbeat for %d seconds", v.state.name, t.heartbeat)}})
		case <-ctx.Done():
			return c.last(answer{fail: interrupted})
		}
	}
}

// event begins a history event of the task's family.
func (t *task) event(what string) Event {
	if t.api == "" {
		return Event{Type: "LambdaFunction" + what}
	}
	return Event{Type: "Task" + what, Resource: t.api, ResourceType: "lambda"}
}

func (t *task) scheduled(v *visit, input string) Event {
	event := t.event("Scheduled")
	event.TimeoutInSeconds, event.HeartbeatInSeconds = t.timeout, t.heartbeat
	if t.api == "" {
		event.Resource, event.Input = t.resource, input
		return event
	}
	event.Parameters = input
	if parts := strings.Split(v.exec.machine.arn, ":"); len(parts) > 3 {
		event.Region = parts[3]
	}
	return event
}
