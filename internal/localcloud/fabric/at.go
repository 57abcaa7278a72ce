package fabric

import (
	"context"
	"time"
)

// At runs what under the lock at an instant of the wall clock, which no pace changes, unless stop
// is called or the fabric closes first. An instant that has passed is now.
func (f *Fabric) At(instant time.Time, what func()) (stop func()) {
	ctx, cancel := context.WithCancel(f.context)
	instant = instant.Round(0) // without its monotonic reading, which stands still while a laptop sleeps
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
