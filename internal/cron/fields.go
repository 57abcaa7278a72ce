package cron

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var (
	// fiveFields parses all fields except the year, which must be *.
	fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	fieldForm  = regexp.MustCompile(`^[0-9A-Z*?,/-]+$`)
	number     = regexp.MustCompile(`\d+`)
)

// parseCron reads a cron expression in AWS's form, except for L, W and # and for years.
func parseCron(text string, zone *time.Location, now time.Time) (Schedule, error) {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return Schedule{}, fmt.Errorf("it has %d fields: give minutes, hours, day-of-month, month, day-of-week and year", len(fields))
	}
	for _, field := range fields {
		if !fieldForm.MatchString(field) {
			return Schedule{}, fmt.Errorf("the field %q has a character that the embedded cloud's fields have not", field)
		}
	}
	dayOfMonth, dayOfWeek := fields[2], fields[4]
	if (dayOfMonth == "?") == (dayOfWeek == "?") {
		return Schedule{}, fmt.Errorf("day-of-month is %q and day-of-week %q: give ? for exactly one of them", dayOfMonth, dayOfWeek)
	}
	if fields[5] != "*" {
		return Schedule{}, fmt.Errorf("the year is %q: the embedded cloud has * only", fields[5])
	}
	fields[4] = fromSunday(dayOfWeek)
	return parseFields(fields[:5], zone, now)
}

func parseFields(fields []string, zone *time.Location, now time.Time) (Schedule, error) {
	schedule, err := fiveFields.Parse(strings.Join(fields, " "))
	if err != nil {
		return Schedule{}, err
	}
	next := func(after time.Time) time.Time {
		due := schedule.Next(after.In(zone))
		for isRepeated(due) {
			due = schedule.Next(due)
		}
		return due
	}
	first := next(now)
	if first.IsZero() {
		return Schedule{}, fmt.Errorf("it is never due after %s", now.UTC().Format(time.RFC3339))
	}
	return Schedule{First: first, Next: next}, nil
}

// isRepeated reports whether the clocks were set back and show this time again. It counts once.
func isRepeated(t time.Time) bool {
	before := t.Add(-time.Hour)
	return !t.IsZero() && before.Hour() == t.Hour() && before.Day() == t.Day()
}

// fromSunday converts a day-of-week field that counts Sunday as 1 to the library's, which counts it
// as 0.
func fromSunday(field string) string {
	entries := strings.Split(field, ",")
	for i, entry := range entries {
		days, step, stepped := strings.Cut(entry, "/")
		entries[i] = number.ReplaceAllStringFunc(days, func(digits string) string {
			n, _ := strconv.Atoi(digits)
			return strconv.Itoa(n - 1)
		})
		if stepped {
			entries[i] += "/" + step
		}
	}
	return strings.Join(entries, ",")
}
