package cron

import (
	"slices"
	"testing"
	"time"
)

func TestExpressionsAreDueWhenAWSSaysSo(t *testing.T) {
	tests := []struct {
		expression, zone, from string
		want                   []string
	}{
		{"cron(15 12 * * ? *)", "UTC", "2026-01-30 12:15", []string{"2026-01-31 12:15", "2026-02-01 12:15"}},
		{"cron(0 9 ? * 1,7 *)", "UTC", "2026-01-01 00:00", []string{"2026-01-03 09:00", "2026-01-04 09:00"}},
		{"cron(0 9 ? * MON-FRI *)", "UTC", "2026-01-02 09:00", []string{"2026-01-05 09:00"}},
		{"cron(0/20 8-9 1 JAN,JUL ? *)", "UTC", "2026-01-01 08:30", []string{"2026-01-01 08:40", "2026-01-01 09:00", "2026-01-01 09:20", "2026-01-01 09:40", "2026-07-01 08:00"}},
		{"cron(0 20 * * ? *)", "Europe/Berlin", "2026-03-27 20:00", []string{"2026-03-28 19:00", "2026-03-29 18:00"}},
		// The clocks skip 02:30 in spring and show it twice in autumn.
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28 12:00", []string{"2026-03-30 00:30"}},
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24 12:00", []string{"2026-10-25 00:30", "2026-10-26 01:30"}},
		{"rate(1 day)", "Europe/Berlin", "2026-03-28 12:00", []string{"2026-03-28 12:00", "2026-03-29 12:00"}},
		{"at(2026-07-01T12:00:00)", "Europe/Berlin", "2026-01-01 00:00", []string{"2026-07-01 10:00", "never"}},
	}
	for _, test := range tests {
		t.Run(test.expression+" from "+test.from, func(t *testing.T) {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			from, err := time.Parse("2006-01-02 15:04", test.from)
			if err != nil {
				t.Fatal(err)
			}
			when, err := Parse(test.expression, zone, from)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for due := when.First; len(got) < len(test.want); due = when.Next(due) {
				if due.IsZero() {
					got = append(got, "never")
					break
				}
				got = append(got, due.UTC().Format("2006-01-02 15:04"))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("due at %v, want %v", got, test.want)
			}
		})
	}
}

func TestBadExpressionsAreRefused(t *testing.T) {
	for _, expression := range []string{
		"", "at(tomorrow)", "at(2026-02-30T00:00:00)", "at(2026-01-01T00:00:00Z)",
		"rate(0 minutes)", "rate(-1 hour)", "rate(1.5 hours)", "rate(5 weeks)", "rate(999999999 days)",
		"cron(0 20 * * ?)", "cron(0 20 * * * *)", "cron(0 20 ? * ? *)", "cron(60 20 * * ? *)", "cron(0 24 * * ? *)",
		"cron(0 20 ? * 0 *)", "cron(0 20 ? * 8 *)", "cron(0 20 15W * ? *)", "cron(0 20 ? * MON#x *)",
		"cron(0 0 L * ? *)", "cron(0 9 ? * 2#1 *)", "cron(0 9 ? * 6L *)", "cron(0 9 ? * L *)", "cron(0 20 * * ? 2030)", "cron(0 20 30 2 ? *)",
		"cron(TZ=UTC 20 * * ? *)", "cron(@daily)", "cron(0 , * * ? *)",
	} {
		t.Run(expression, func(t *testing.T) {
			if _, err := Parse(expression, time.UTC, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
				t.Error("it is taken")
			}
		})
	}
}

func TestRecurrencesAreDueInTheirTimeZone(t *testing.T) {
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	for recurrence, want := range map[string][2]string{
		"0 18 * * 2":      {"2026-03-24 17:00", "2026-03-31 16:00"}, // the clocks go forward in between
		"30 7 * * 0,6":    {"2026-03-21 06:30", "2026-03-22 06:30"},
		"0 9 * * MON":     {"2026-03-23 08:00", "2026-03-30 07:00"},
		"15 12 1 1 *":     {"2027-01-01 11:15", "2028-01-01 11:15"},
		"*/30 0-1 31 * *": {"2026-03-30 22:00", "2026-03-30 22:30"},
	} {
		when, err := ParseRecurrence(recurrence, zurich, time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC))
		if err != nil {
			t.Errorf("%s: %v", recurrence, err)
			continue
		}
		got := [2]string{when.First.UTC().Format("2006-01-02 15:04"), when.Next(when.First).UTC().Format("2006-01-02 15:04")}
		if got != want {
			t.Errorf("%s is due at %v, want %v", recurrence, got, want)
		}
	}
	for _, recurrence := range []string{"", "0 18 * *", "0 18 * * ? *", "0 18 ? * 2", "0 24 * * *", "@daily", "TZ=UTC 18 * * 2"} {
		if _, err := ParseRecurrence(recurrence, time.UTC, time.Now()); err == nil {
			t.Errorf("%q is taken", recurrence)
		}
	}
}
