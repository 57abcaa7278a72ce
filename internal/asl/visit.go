package asl

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// thread is a sequence of states: the machine's, or a branch's.
type thread struct {
	exec   *Execution
	last   int64     // the previous event's ID for its next event
	latest int64     // ID of its latest event
	open   *state    // the state that it has entered and not left, or nil
	inner  []*thread // the branches of open, if it is a Parallel
}

// record adds an event after the thread's latest.
func (t *thread) record(event Event) {
	event.PreviousID, event.follows = t.last, t.latest
	t.latest = t.exec.record(event)
	t.last = t.latest
}

// follow runs states from the graph's start to an end.
func (t *thread) follow(ctx context.Context, g graph, in payload) (payload, *TaskError) {
	for name := g.StartAt; ; {
		out, next, fail := t.visit(ctx, g.States[name], in)
		if fail != nil || next == "" {
			return out, fail
		}
		name, in = next, out
	}
}

// visit is one visit of a state, with all its attempts.
type visit struct {
	*thread
	state    *state
	raw      payload
	entered  time.Time
	retries  int
	ofData   bool      // the failure is of its data processing, not of its work
	callback *callback // of the current attempt, or nil unless it waits for a task token
}

func (t *thread) visit(ctx context.Context, s *state, in payload) (payload, string, *TaskError) {
	if ctx.Err() != nil {
		return payload{}, "", interrupted
	}
	v := &visit{thread: t, state: s, raw: in, entered: time.Now()}
	t.record(Event{Type: s.Type + "StateEntered", Name: s.name, Input: in.text})
	t.open, t.inner = s, nil
	out, next, fail := v.run(ctx)
	if fail != nil {
		return payload{}, "", fail
	}
	t.record(Event{Type: s.Type + "StateExited", Name: s.name, Output: out.text})
	t.open = nil
	return out, next, nil
}

// run makes attempts until one succeeds or no retrier has any left.
func (v *visit) run(ctx context.Context) (payload, string, *TaskError) {
	used := make([]int64, len(v.state.Retry))
	for {
		out, next, failure := v.attempt(ctx)
		if failure == nil {
			return out, next, nil
		}
		if failure == interrupted || ctx.Err() != nil {
			return payload{}, "", interrupted
		}
		i := slices.IndexFunc(v.state.Retry, func(r retrier) bool { return v.matches(r.ErrorEquals, failure) })
		if i < 0 || used[i] >= v.state.Retry[i].MaxAttempts {
			return v.caught(failure)
		}
		if !v.exec.pause(ctx, v.state.Retry[i].delay(used[i], v.exec.machine.opts.Random)) {
			return payload{}, "", interrupted
		}
		used[i]++
		v.retries++
	}
}

func (v *visit) attempt(ctx context.Context) (out payload, next string, failure *TaskError) {
	v.ofData = false
	if v.state.waits() {
		v.callback = v.exec.machine.issue(ctx)
		defer v.callback.close()
	}
	s := scope{v.raw.value, v.contextObject()}
	in, failure := v.state.effectiveInput(s)
	if failure != nil {
		return payload{}, "", v.explain(failure)
	}
	result, next, failure := v.state.run(ctx, v, in)
	if failure != nil {
		return payload{}, "", failure
	}
	if out, failure = v.state.effectiveOutput(s, result); failure != nil {
		return payload{}, "", v.explain(failure)
	}
	return out, next, nil
}

// explain adds the state's name to a failure of its data processing.
func (v *visit) explain(failure *TaskError) *TaskError {
	v.ofData = true
	return &TaskError{failure.Name, fmt.Sprintf("in the state %q: %s", v.state.name, failure.Cause)}
}

// caught continues with the first catcher for the failure. Its ResultPath puts the error output
// into the raw input.
func (v *visit) caught(failure *TaskError) (payload, string, *TaskError) {
	if v.state.Type == "Parallel" && !v.ofData {
		v.record(Event{Type: "ParallelStateFailed"})
	}
	for _, c := range v.state.Catch {
		if !v.matches(c.ErrorEquals, failure) {
			continue
		}
		var out payload
		value, broken := c.ResultPath.combine(v.raw.value, failure.output())
		if broken == nil {
			out, broken = newPayload(value)
		}
		if broken != nil {
			return payload{}, "", v.explain(broken)
		}
		return out, c.Next, nil
	}
	return payload{}, "", failure
}

// paced returns a duration divided by the pace.
func (e *Execution) paced(d time.Duration) time.Duration {
	if pace := e.machine.opts.Pace; pace > 0 {
		return time.Duration(float64(d) / pace)
	}
	return d
}

// pause waits for a Wait state or a retry, divided by the pace. It returns false if ctx ends first.
func (e *Execution) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(e.paced(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// contextObject returns the value of $$ during one attempt.
func (v *visit) contextObject() map[string]any {
	object := map[string]any{
		"Execution": map[string]any{"Id": v.exec.now.ARN, "Name": v.exec.now.Name, "Input": v.exec.input.value},
		"State": map[string]any{
			"Name": v.state.name, "EnteredTime": v.entered.UTC().Format("2006-01-02T15:04:05.000Z"), "RetryCount": json.Number(strconv.Itoa(v.retries)),
		},
	}
	if v.callback != nil {
		object["Task"] = map[string]any{"Token": v.callback.token}
	}
	return object
}
