package asl

import (
	"context"
	"sync"
)

// parallel runs all branches at once. The first failure interrupts the others; of simultaneous
// failures the one of the first branch counts. The previous event of both events at its end is the
// branches' last one, as AWS records them.
func (s *state) parallel(ctx context.Context, v *visit, in payload) (any, *TaskError) {
	v.record(Event{Type: "ParallelStateStarted"})
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]any, len(s.Branches))
	failures := make([]*TaskError, len(s.Branches))
	lines := make([]*thread, len(s.Branches))
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
			v.record(Event{Type: "ParallelStateFailed"})
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
