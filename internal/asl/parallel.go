package asl

import (
	"context"
	"sync"
)

// parallel runs all branches at once. The first failure interrupts the others; of simultaneous
// failures the one of the first branch counts. The previous event of what follows is the branches'
// last one, as AWS records it.
func (s *state) parallel(ctx context.Context, v *visit, in payload) (any, *TaskError) {
	v.record(Event{Type: "ParallelStateStarted"})
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]any, len(s.Branches))
	failures := make([]*TaskError, len(s.Branches))
	lines := make([]*thread, len(s.Branches))
	v.inner = lines
	var branches sync.WaitGroup
	for i, g := range s.Branches {
		t := &thread{exec: v.exec, last: v.last, latest: v.latest}
		lines[i] = t
		branches.Go(func() {
			out, fail := t.follow(inner, g, in)
			if results[i], failures[i] = out.value, fail; fail != nil {
				cancel()
			}
		})
	}
	branches.Wait()
	if ctx.Err() != nil {
		return nil, interrupted
	}
	for i, failure := range failures {
		if failure != nil && failure != interrupted {
			v.last = lines[i].last
			v.abort(lines)
			return nil, failure
		}
	}
	for _, t := range lines {
		v.last = max(v.last, t.last)
	}
	last := v.last
	v.record(Event{Type: "ParallelStateSucceeded"})
	v.last = last
	return results, nil
}

// abort records the end of the states that branches have not left. Its events name no state, and some
// types of states have none.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func (v *visit) abort(lines []*thread) {
	failed := v.last
	for _, t := range lines {
		if t.open == nil {
			continue
		}
		v.abort(t.inner)
		switch t.open.Type {
		case "Task", "Parallel", "Wait", "Pass":
			v.record(Event{Type: t.open.Type + "StateAborted"})
		}
		v.last = failed
	}
}
