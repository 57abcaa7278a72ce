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
}

// Visited adds to a status when its schedules are due, and how near the gallery is to its sleep. That takes
// a call at most once a minute, and only where the end of the visits is waited for.
func (s *Stack) Visited(ctx context.Context, status *environment.Status) error {
	now := time.Now()
	for i, one := range status.Schedules {
		status.Schedules[i].Next, _ = cron.Next(one.Expression, one.TimeZone, now) // zero if it is not known
	}
	s.visits.mu.Lock()
	defer s.visits.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(s.visits.asked) {
		last, err := environment.Reader{Clients: s.clients}.LastVisit(ctx, *status, now)
		if err != nil {
			return err
		}
		s.visits.last, s.visits.asked = last, minute
	}
	status.TakeVisits(s.visits.last, now, time.Minute)
	return nil
}
