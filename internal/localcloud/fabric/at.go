package fabric

import (
	"context"
	"time"
)

// At calls what under the lock at a wall-clock time, which no pace changes, unless stop is called
// or the fabric closes first. A time in the past is now.
func (f *Fabric) At(instant time.Time, what func()) (stop func()) {
	ctx, cancel := context.WithCancel(f.context)
	instant = instant.Round(0) // without its monotonic reading, which stops while a laptop sleeps
	f.Go(func() {
		defer cancel()
		for left := time.Until(instant); left > 0; left = time.Until(instant) {
			if !sleep(ctx, min(left, time.Minute)) {
				return
			}
		}
		f.doIn(ctx, what)
	})
	return cancel
}
