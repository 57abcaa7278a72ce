package main

import (
	"testing"
	"time"
)

func TestSessionEndsAtTheNextTimeOfDay(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 1, 31, 14, 30, 0, 0, zone)
	for clock, want := range map[string]string{"14:31": "2026-01-31T14:31:00+01:00", "14:30": "2026-02-01T14:30:00+01:00", "00:10": "2026-02-01T00:10:00+01:00"} {
		at, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := next(at, now).Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s", clock, got, want)
		}
	}
}

func TestSessionEndsIsAPartOfTheRequest(t *testing.T) {
	flags := releaseCommand().Flags()
	if err := flags.Parse([]string{"--session-ends", "2026-01-31T14:30:00Z"}); err != nil {
		t.Fatal(err)
	}
	if got, err := fromFlags(flags); err != nil || got != `{"sessionEnds":"2026-01-31T14:30:00Z"}` {
		t.Errorf("the request is %s, %v", got, err)
	}
	if err := flags.Parse([]string{"--session-ends", "tomorrow"}); err == nil {
		t.Error("tomorrow was taken")
	}
}
