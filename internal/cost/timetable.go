package cost

import (
	"slices"
	"time"

	"photogallery/internal/cron"
	"photogallery/internal/price"
)

// Schedule starts releases or teardowns.
type Schedule struct {
	Expression string // as EventBridge Scheduler reads it
	TimeZone   string // "" for UTC
	Teardown   bool   // else it releases
}

// Timetable holds how long releases serve under schedules.
type Timetable struct {
	HoursADay float64 // of service, on average
	Mornings  float64 // releases a month that follow a teardown
}

// timetableDays is how many days Read looks at, enough for schedules by the day of the week.
const timetableDays = 28

type start struct {
	at       time.Time
	teardown bool
}

// Read computes when releases serve under schedules that both tear down and release. It returns
// false if they do not do both, or one cannot be read: then only people know when a release serves.
func Read(schedules []Schedule, from time.Time) (Timetable, bool) {
	end := from.AddDate(0, 0, timetableDays)
	starts, ok := startsOf(schedules, from.AddDate(0, 0, -7), end)
	isTeardown := func(s start) bool { return s.teardown }
	isRelease := func(s start) bool { return !s.teardown }
	if !ok || !slices.ContainsFunc(starts, isTeardown) || !slices.ContainsFunc(starts, isRelease) {
		return Timetable{}, false
	}
	var served time.Duration
	var mornings float64
	serving, since := false, from
	for _, s := range append(starts, start{at: end, teardown: true}) {
		at := s.at
		if at.Before(from) {
			at = from // the week before says only whether a release serves at the start
		}
		if serving {
			served += at.Sub(since)
		} else if !s.teardown && !s.at.Before(from) {
			mornings++
		}
		serving, since = !s.teardown, at
	}
	const days = timetableDays
	return Timetable{HoursADay: served.Hours() / days, Mornings: mornings / days * price.HoursAMonth / 24}, true
}

// startsOf lists the starts of the schedules between two instants, in order. It returns false for a
// schedule that cannot be read.
func startsOf(schedules []Schedule, from, end time.Time) (all []start, ok bool) {
	for _, s := range schedules {
		for at := from; ; {
			next, err := cron.Next(s.Expression, s.TimeZone, at)
			if err != nil {
				return nil, false
			}
			if next.IsZero() || !next.Before(end) {
				break
			}
			all = append(all, start{next, s.Teardown})
			at = next
		}
	}
	slices.SortStableFunc(all, func(a, b start) int { return a.at.Compare(b.at) })
	return all, true
}
