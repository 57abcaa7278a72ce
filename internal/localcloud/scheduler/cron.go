package scheduler

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// calendar is a cron expression in AWS's form. The library knows five of the six fields; the year,
// and what L and # ask of a day, are tested on what it finds.
type calendar struct {
	schedule cron.Schedule
	years    func(year int) bool
	day      func(time.Time) bool
}

// lastYear is the last that a year field can name.
const lastYear = 2199

func (c calendar) next(after time.Time) time.Time {
	t := c.schedule.Next(after)
	for !t.IsZero() && t.Year() <= lastYear {
		switch {
		case !c.years(t.Year()):
			t = c.schedule.Next(time.Date(t.Year(), time.December, 31, 23, 59, 59, 0, t.Location()))
		case !c.day(t) || isRepeated(t):
			t = c.schedule.Next(t)
		default:
			return t
		}
	}
	return time.Time{}
}

// isRepeated tells whether the clocks went back and show this time again: it counts once.
func isRepeated(t time.Time) bool {
	before := t.Add(-time.Hour)
	return before.Hour() == t.Hour() && before.Day() == t.Day()
}

var (
	fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	fieldForm  = regexp.MustCompile(`^[0-9A-Z*?,/#-]+$`)
)

func parseCron(text string, zone *time.Location, now time.Time) (timing, error) {
	fields := strings.Fields(text)
	if len(fields) != 6 {
		return timing{}, fmt.Errorf("it has %d fields: give minutes, hours, day-of-month, month, day-of-week and year", len(fields))
	}
	for _, field := range fields {
		if !fieldForm.MatchString(field) {
			return timing{}, fmt.Errorf("the field %q has a character that no field has", field)
		}
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return timing{}, fmt.Errorf("day-of-month is %q and day-of-week %q: give ? for exactly one of them", fields[2], fields[4])
	}
	c, err := newCalendar(fields)
	if err != nil {
		return timing{}, err
	}
	next := func(after time.Time) time.Time { return c.next(after.In(zone)) }
	first := next(now)
	if first.IsZero() {
		return timing{}, fmt.Errorf("it is never due after %s", now.UTC().Format(time.RFC3339))
	}
	return timing{first: first, next: next}, nil
}

func newCalendar(fields []string) (c calendar, err error) {
	dayOfMonth, dayOfWeek := fields[2], fields[4]
	c.day = func(time.Time) bool { return true }
	if dayOfMonth == "L" {
		dayOfMonth = "28-31"
		c.day = func(t time.Time) bool { return t.AddDate(0, 0, 1).Day() == 1 }
	} else if dayOfWeek != "?" {
		dayOfWeek, c.day = weekday(dayOfWeek)
	}
	if c.years, err = parseYears(fields[5]); err != nil {
		return c, err
	}
	c.schedule, err = fiveFields.Parse(strings.Join([]string{fields[0], fields[1], dayOfMonth, fields[3], dayOfWeek}, " "))
	return c, err
}

var number = regexp.MustCompile(`\d+`)

// weekday takes L and # out of a day-of-week field and counts days from Sunday as 0, not 1.
func weekday(field string) (plain string, day func(time.Time) bool) {
	day = func(time.Time) bool { return true }
	if field == "L" {
		return "SAT", day
	}
	if name, isLast := strings.CutSuffix(field, "L"); isLast {
		field, day = name, func(t time.Time) bool { return t.AddDate(0, 0, 7).Month() != t.Month() }
	} else if name, nth, isNth := strings.Cut(field, "#"); isNth {
		field, day = name, func(t time.Time) bool { return strconv.Itoa((t.Day()-1)/7+1) == nth }
	}
	entries := strings.Split(field, ",")
	for i, entry := range entries {
		days, step, stepped := strings.Cut(entry, "/")
		entries[i] = number.ReplaceAllStringFunc(days, fromZero)
		if stepped {
			entries[i] += "/" + step
		}
	}
	return strings.Join(entries, ","), day
}

func fromZero(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return digits
	}
	return strconv.Itoa(n - 1)
}

// parseYears reads * or a list of years and ranges of years.
func parseYears(field string) (func(year int) bool, error) {
	if field == "*" {
		return func(int) bool { return true }, nil
	}
	wanted := map[int]bool{}
	for entry := range strings.SplitSeq(field, ",") {
		first, last, isRange := strings.Cut(entry, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err != nil || err2 != nil || from < 1970 || to > lastYear || from > to {
			return nil, fmt.Errorf("the year %q: give *, or years and ranges of years from 1970 to %d", entry, lastYear)
		}
		for year := from; year <= to; year++ {
			wanted[year] = true
		}
	}
	return func(year int) bool { return wanted[year] }, nil
}
