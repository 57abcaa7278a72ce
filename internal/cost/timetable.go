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
	Teardown   bool   // else a release
}

// Timetable holds how long releases serve, by the schedules.
type Timetable struct {
	HoursADay float64 // that a release serves, on average
	Mornings  float64 // releases a month that follow a teardown
}

// timetableDays are looked at: enough for schedules by the day of the week.
const timetableDays = 28

type start struct {
	at       time.Time
	teardown bool
}

// Read works out when a release serves under schedules that both tear down and release. It is false
// where they do not do both, or one cannot be read: when a release serves is then for people to say.
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
			at = from // the week before tells only what serves when it begins
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

// startsOf lists what the schedules start between two instants, in order; false for a schedule that
// cannot be read.
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
