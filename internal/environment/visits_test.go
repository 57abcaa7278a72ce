package environment_test

import (
	"testing"
	"time"

	"photogallery/internal/environment"
	"photogallery/release"
)

func TestVisitsAreOfWhatServesAndSleeps(t *testing.T) {
	now := time.Date(2026, 1, 31, 14, 0, 0, 0, time.UTC)
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	alarm := environment.Alarm{Kind: release.Unvisited, Minutes: 45, Crossed: 45}
	look := environment.Schedule{Starts: "sleep", Next: now.Add(10 * time.Minute)}
	for name, test := range map[string]struct {
		last      time.Time
		schedules []environment.Schedule
		sleeps    time.Time
		crossed   int
	}{
		"visited":                         {ago(5), nil, now.Add(40 * time.Minute), 5},
		"visited since the release":       {ago(5), []environment.Schedule{look}, now.Add(40 * time.Minute), 5},
		"not visited since the release":   {time.Time{}, []environment.Schedule{{Starts: "teardown", Next: ago(-1)}, look}, look.Next, 45},
		"visited before the release":      {ago(50), []environment.Schedule{look}, look.Next, 45},
		"visited too long ago":            {ago(45), nil, time.Time{}, 45},
		"in a minute that has not ended":  {ago(-1), nil, now.Add(46 * time.Minute), 0},
		"with a first look that has been": {time.Time{}, []environment.Schedule{{Starts: "sleep", Next: ago(1)}}, time.Time{}, 45},
	} {
		s := environment.Status{Serving: &environment.Serving{}, Alarms: []environment.Alarm{{Kind: release.Idle}, alarm}, Schedules: test.schedules}
		if s.TakeVisits(test.last, now, time.Minute); s.Visits == nil || !s.Visits.Sleeps.Equal(test.sleeps) || s.Alarms[1].Crossed != test.crossed || s.Alarms[0].Crossed != 0 {
			t.Errorf("%s: %+v, and the alarm has seen %d minutes", name, s.Visits, s.Alarms[1].Crossed)
		}
	}
	for name, s := range map[string]environment.Status{
		"nothing serves": {Alarms: []environment.Alarm{alarm}},
		"it stays up":    {Serving: &environment.Serving{}, Alarms: []environment.Alarm{{Kind: release.Idle}}},
	} {
		if s.TakeVisits(now, now, time.Minute); s.Visits != nil {
			t.Errorf("%s: %+v", name, s.Visits)
		}
	}
}
