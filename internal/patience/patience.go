// Package patience has the limits of waits in tests and checks, and the pauses between polls. A
// limit only ends what hangs, and says nothing about how long something may take: even a slow and
// busy laptop stays far below it.
package patience

import (
	"context"
	"time"
)

// Limit is the limit of one wait.
const Limit = 10 * time.Minute

// Pause blocks for that time or until the context ends, and returns the context's error.
func Pause(ctx context.Context, between time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(between):
		return nil
	}
}
