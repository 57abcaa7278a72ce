package e2e

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// between is the time between two requests, short enough to see that none fails and long enough not
// to scale out.
const between = 200 * time.Millisecond

// traffic holds the answers to visitors during an event.
type traffic struct {
	requests, failures int
	first              error // failure
}

// underLoad requests the home page repeatedly during an event. None of the requests may fail.
func (r *run) underLoad(ctx context.Context, happens func() (string, error)) (string, error) {
	visiting, stop := context.WithCancel(ctx)
	home := r.gallery // the event looks it up anew
	var seen traffic
	var visitor sync.WaitGroup
	visitor.Go(func() { seen = r.visit(visiting, home) })
	words, err := happens()
	stop()
	visitor.Wait()
	if err == nil && seen.failures > 0 {
		err = fmt.Errorf("%d of %d requests failed, the first because %w", seen.failures, seen.requests, seen.first)
	}
	return fmt.Sprintf("%s, none of %d requests failed", words, seen.requests), err
}

// visit sends requests until ctx ends. The last one does not count if it is in flight then.
func (r *run) visit(ctx context.Context, home string) (seen traffic) {
	tick := time.NewTicker(between)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return seen
		case <-tick.C:
		}
		_, err := r.get(ctx, home)
		if ctx.Err() != nil {
			return seen
		}
		seen.requests++
		if err == nil {
			continue
		}
		if seen.failures++; seen.first == nil {
			seen.first = err
		}
	}
}
