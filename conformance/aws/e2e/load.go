package e2e

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// between is the time between two requests: enough of them to see that none fails, too few to scale out.
const between = 200 * time.Millisecond

// traffic is what visitors are answered while something happens.
type traffic struct {
	requests, failures int
	first              error // failure
}

// underLoad has a visitor ask for the home page again and again while something happens; none of the
// requests may fail.
func (r *run) underLoad(ctx context.Context, happens func() (string, error)) (string, error) {
	visiting, stop := context.WithCancel(ctx)
	home := r.gallery // what happens looks it up anew
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

// visit asks until ctx ends; the request under way then does not count.
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
