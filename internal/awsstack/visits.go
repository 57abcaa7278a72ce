package awsstack

import (
	"context"
	"sync"
	"time"

	"photogallery/internal/cron"
	"photogallery/internal/environment"
)

// visits remembers the last visit for the rest of the minute: metrics are of whole minutes.
type visits struct {
	mu    sync.Mutex
	asked time.Time // the minute
	last  time.Time
	err   error
}

// Visited adds to a status when its schedules are due, and how near the gallery is to its sleep. That takes
// a call at most once a minute, and only where the end of the visits is waited for. A status without them is better
// than none: who may see the status may not be allowed to read metrics.
func (s *Stack) Visited(ctx context.Context, status *environment.Status) {
	now := time.Now()
	for i, one := range status.Schedules {
		status.Schedules[i].Next, _ = cron.Next(one.Expression, one.TimeZone, now) // zero if it is not known
	}
	s.visits.mu.Lock()
	defer s.visits.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(s.visits.asked) {
		s.visits.last, s.visits.err = environment.Reader{Clients: s.clients}.LastVisit(ctx, *status, now)
		s.visits.asked = minute
	}
	if s.visits.err == nil {
		status.TakeVisits(s.visits.last, now, time.Minute)
	}
}
