package process

import (
	"fmt"
	"time"
)

// startLimit is how often a unit may be started within an interval. There is no limit if either is
// zero.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html#StartLimitIntervalSec=interval
type startLimit struct {
	burst    int
	interval time.Duration

	began  time.Time // of the current interval
	starts int       // in the interval
}

// allows counts a start and reports whether it is within the limit.
func (l *startLimit) allows(now time.Time) bool {
	if l.burst == 0 || l.interval == 0 {
		return true
	}
	if l.began.IsZero() || now.Sub(l.began) > l.interval {
		l.began, l.starts = now, 0
	}
	l.starts++
	return l.starts <= l.burst
}

// reached reports that a start was not allowed.
func (l *startLimit) reached() error {
	return fmt.Errorf("the service was started %d times within %v and is not started again: mend why it ends, or raise StartLimitBurst=", l.burst, l.interval)
}
