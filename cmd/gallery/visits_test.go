package main

import (
	"testing"
	"time"

	"photogallery/internal/environment"
)

func TestVisitsInWords(t *testing.T) {
	now := time.Date(2026, 1, 31, 14, 0, 0, 0, time.Local)
	for want, test := range map[string]struct {
		visits environment.Visits
		onAWS  bool
	}{
		"Last visit: 13:55:00, 5m0s ago. Sleeps in 40m0s at the earliest, unless somebody visits. CloudWatch learns of a visit a minute or two later.": {
			environment.Visits{Last: now.Add(-5 * time.Minute), Sleeps: now.Add(40 * time.Minute), Minutes: 45}, true,
		},
		"No visit is known. Sleeps in 40m0s at the earliest, unless somebody visits.":                {environment.Visits{Sleeps: now.Add(40 * time.Minute), Minutes: 45}, false},
		"No visit is known. It may be torn down at any time: that takes 45 minutes without a visit.": {environment.Visits{Minutes: 45}, false},
	} {
		if got := visitsInWords(test.visits, test.onAWS, now); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
