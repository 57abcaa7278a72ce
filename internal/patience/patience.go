// Package patience has the limits of what tests and checks wait for, and the pauses between two looks. A limit ends what hangs, and
// says nothing of how long something may take: nothing that works comes near it, on a slow laptop
// that does other work beside.
package patience

import (
	"context"
	"time"
)

// Limit is of one thing that is waited for.
const Limit = 10 * time.Minute

// Pause blocks for that time, or until the context ends, and then returns the context's error.
func Pause(ctx context.Context, between time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(between):
		return nil
	}
}
