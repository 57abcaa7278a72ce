package main

import (
	"strings"
	"testing"
	"time"

	"photogallery/internal/environment"
)

func TestReleaseSaysWhenTheNextTeardownIs(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	local := func(at time.Time) string { return at.Local().Format("2006-01-02 15:04 MST") }
	nightly := environment.Schedule{Name: "nightly", Starts: "teardown", Expression: "cron(0 20 * * ? *)", TimeZone: "UTC"}
	for name, test := range map[string]struct {
		schedules []environment.Schedule
		want      string
	}{
		"none":                {nil, "No teardown is scheduled: it serves until `gallery teardown`."},
		"a release alone":     {[]environment.Schedule{{Name: "morning", Starts: "release", Expression: "cron(0 7 * * ? *)"}}, "No teardown is scheduled"},
		"nightly":             {[]environment.Schedule{nightly}, "nightly tears it down at " + local(now.Add(8*time.Hour))},
		"a ttl before it":     {[]environment.Schedule{nightly, {Name: "ttl-1", Starts: "teardown", Expression: "at(2026-03-01T13:30:00)"}}, "ttl-1 tears it down at " + local(now.Add(90*time.Minute))},
		"a ttl behind it":     {[]environment.Schedule{{Name: "ttl-1", Starts: "teardown", Expression: "at(2026-03-02T13:30:00)"}, nightly}, "nightly tears it down at"},
		"of one machine":      {[]environment.Schedule{{Name: "nightly", Starts: "teardown", Next: now.Add(time.Hour)}}, local(now.Add(time.Hour))},
		"an unread one":       {[]environment.Schedule{{Name: "own", Starts: "teardown", Expression: "cron(0 20 L * ? *)", TimeZone: "UTC"}}, "own tears it down: cron(0 20 L * ? *) UTC"},
		"a look for visitors": {[]environment.Schedule{{Name: "ttl-1-sleep", Starts: "sleep", Expression: "at(2026-03-01T12:45:00)"}}, "torn down when nobody has visited"},
		"one that has been":   {[]environment.Schedule{{Name: "ttl-1", Starts: "teardown", Expression: "at(2026-02-01T13:30:00)"}}, "No teardown is scheduled"},
	} {
		if got := teardownOf(test.schedules, now, "`gallery teardown`"); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
