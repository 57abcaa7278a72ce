package asl

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// thread is a line of states one after the other: the machine's, or a branch's.
type thread struct {
	exec  *Execution
	trail *trail
	last  int64 // ID of its latest event
}

// record adds an event that follows the thread's latest.
func (t *thread) record(event Event) {
	event.PreviousID = t.last
	t.last = t.exec.record(event)
}

// follow runs states from the graph's start to an end.
func (t *thread) follow(ctx context.Context, g *graph, in payload) (payload, *TaskError) {
	for name := g.start; ; {
		out, next, fail := t.visit(ctx, g.states[name], in)
		if fail != nil || next == "" {
			return out, fail
		}
		name, in = next, out
	}
}

// visit is one stay in a state, with all its attempts.
type visit struct {
	*thread
	state    *state
	raw      payload
	entered  time.Time
	step     *step
	retries  int
	callback *callback // of the current attempt; nil unless it waits for a task token
}

func (t *thread) visit(ctx context.Context, s *state, in payload) (payload, string, *TaskError) {
	if ctx.Err() != nil {
		return payload{}, "", interrupted
	}
	v := &visit{thread: t, state: s, raw: in, entered: time.Now(), step: t.exec.enter(t.trail, s.name)}
	t.record(Event{Type: s.kind + "StateEntered", Name: s.name, Input: in.text})
	out, next, fail := v.run(ctx)
	if fail != nil {
		return payload{}, "", fail
	}
	t.record(Event{Type: s.kind + "StateExited", Name: s.name, Output: out.text})
	return out, next, nil
}

// run makes attempts until one succeeds, or no retrier has any left.
func (v *visit) run(ctx context.Context) (payload, string, *TaskError) {
	used := make([]int64, len(v.state.retry))
	for {
		out, next, failure := v.attempt(ctx)
		if failure == nil {
			return out, next, nil
		}
		if failure == interrupted || ctx.Err() != nil {
			return payload{}, "", interrupted
		}
		i := slices.IndexFunc(v.state.retry, func(r retrier) bool { return v.matches(r.errorEquals, failure) })
		if i < 0 || used[i] >= v.state.retry[i].attempts {
			return v.caught(failure)
		}
		if !v.exec.pause(ctx, v.state.retry[i].delay(used[i], v.exec.machine.random)) {
			return payload{}, "", interrupted
		}
		used[i]++
		v.retries++
	}
}

func (v *visit) attempt(ctx context.Context) (out payload, next string, failure *TaskError) {
	if t, ok := v.state.action.(*task); ok && t.waits() {
		v.callback = v.exec.machine.issue(ctx)
		defer v.callback.close()
	}
	s := scope{v.raw.value, v.contextObject()}
	in, failure := v.state.effectiveInput(s)
	if failure != nil {
		return payload{}, "", v.explain(failure)
	}
	result, next, failure := v.state.action.run(ctx, v, in)
	if failure != nil {
		return payload{}, "", failure
	}
	if out, failure = v.state.effectiveOutput(s, result); failure != nil {
		return payload{}, "", v.explain(failure)
	}
	return out, next, nil
}

// explain adds the state to a failure of the data on its way.
func (v *visit) explain(failure *TaskError) *TaskError {
	return &TaskError{failure.Name, fmt.Sprintf("in the state %q: %s", v.state.name, failure.Cause)}
}

func (v *visit) matches(errorEquals []string, failure *TaskError) bool {
	return matches(errorEquals, failure.Name, v.state.kind == "Parallel")
}

// caught goes on with the first catcher for the failure. Its ResultPath puts
// the error output into the raw input.
func (v *visit) caught(failure *TaskError) (payload, string, *TaskError) {
	for _, c := range v.state.catch {
		if !v.matches(c.errorEquals, failure) {
			continue
		}
		var out payload
		value, broken := c.result.combine(v.raw.value, map[string]any{"Error": failure.Name, "Cause": failure.Cause})
		if broken == nil {
			out, broken = newPayload(value)
		}
		if broken != nil {
			return payload{}, "", v.explain(broken)
		}
		return out, c.next, nil
	}
	return payload{}, "", failure
}

// contextObject is what $$ means during one attempt.
func (v *visit) contextObject() map[string]any {
	e, m := v.exec, v.exec.machine
	object := map[string]any{
		"Execution": map[string]any{
			"Id": e.arn, "Name": e.name, "Input": e.input.value, "RoleArn": m.roleArn, "StartTime": timestamp(e.started),
		},
		"State":        map[string]any{"Name": v.state.name, "EnteredTime": timestamp(v.entered), "RetryCount": whole(v.retries)},
		"StateMachine": map[string]any{"Id": m.arn, "Name": m.name},
	}
	if v.callback != nil {
		object["Task"] = map[string]any{"Token": v.callback.token}
	}
	return object
}

func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
