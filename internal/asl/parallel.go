package asl

import (
	"context"
	"sync"
)

type parallel struct{ branches []*graph }

func (f *fields) parallel(s *state) action {
	p := &parallel{}
	f.require("Branches")
	f.each("Branches", func(i int, branch *fields, _ bool) {
		first := len(f.loader.states)
		branch.text("Comment")
		p.branches = append(p.branches, f.loader.graph(branch))
		for _, inner := range f.loader.states[first:] {
			if inner.parent == "" {
				inner.parent, inner.branch = s.name, i
			}
		}
	})
	return p
}

// run runs all branches at once. The first failure interrupts the others; of
// failures at the same moment, the first branch's counts.
func (p *parallel) run(ctx context.Context, v *visit, in payload) (any, string, *TaskError) {
	v.record(Event{Type: "ParallelStateStarted"})
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make([]any, len(p.branches))
	failures := make([]*TaskError, len(p.branches))
	trails := v.exec.split(v.step, len(p.branches))
	var branches sync.WaitGroup
	for i, g := range p.branches {
		t := &thread{exec: v.exec, trail: trails[i], last: v.last}
		branches.Go(func() {
			out, fail := t.follow(inner, g, in)
			if results[i], failures[i] = out.value, fail; fail != nil {
				cancel()
			}
		})
	}
	branches.Wait()
	if ctx.Err() != nil {
		return nil, "", interrupted
	}
	for _, failure := range failures {
		if failure != nil && failure != interrupted {
			v.record(Event{Type: "ParallelStateFailed"})
			return nil, "", failure
		}
	}
	v.record(Event{Type: "ParallelStateSucceeded"})
	return results, v.state.next, nil
}
