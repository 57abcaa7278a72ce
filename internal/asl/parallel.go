package asl

import (
	"context"
	"sync"
)

// parallel runs all branches at once. The first failure interrupts the others; of
// failures at the same moment, the first branch's counts.
func (s *state) parallel(ctx context.Context, v *visit, in payload) (any, *TaskError) {
	v.record(Event{Type: "ParallelStateStarted"})
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]any, len(s.Branches))
	failures := make([]*TaskError, len(s.Branches))
	var branches sync.WaitGroup
	for i, g := range s.Branches {
		t := &thread{exec: v.exec, last: v.last}
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
	for _, failure := range failures {
		if failure != nil && failure != interrupted {
			v.record(Event{Type: "ParallelStateFailed"})
			return nil, failure
		}
	}
	v.record(Event{Type: "ParallelStateSucceeded"})
	return results, nil
}
