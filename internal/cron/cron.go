package cron

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Schedule says when a schedule is due: at First, and then at each Next after a time that has
// passed. Next returns the zero time if there is none.
type Schedule struct {
	First time.Time
	Next  func(after time.Time) time.Time
}

var (
	atForm   = regexp.MustCompile(`^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$`)
	rateForm = regexp.MustCompile(`^rate\(([1-9]\d{0,8}) (minute|hour|day)s?\)$`)
	cronForm = regexp.MustCompile(`^cron\(([^()]+)\)$`)
)

// Parse reads a schedule expression in a time zone, as of now. The error says what is wrong with it
// or that its form is not supported.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func Parse(expression string, zone *time.Location, now time.Time) (Schedule, error) {
	if match := atForm.FindStringSubmatch(expression); match != nil {
		return parseAt(match[1], zone)
	}
	if match := rateForm.FindStringSubmatch(expression); match != nil {
		return parseRate(match[1], match[2], now)
	}
	if match := cronForm.FindStringSubmatch(expression); match != nil {
		return parseCron(match[1], zone, now)
	}
	return Schedule{}, fmt.Errorf("give at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(minutes hours day-of-month month day-of-week year)")
}

// parseAt returns a one-time schedule. One in the past is due at once.
func parseAt(text string, zone *time.Location) (Schedule, error) {
	instant, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
	if err != nil {
		return Schedule{}, err
	}
	return Schedule{First: instant, Next: func(time.Time) time.Time { return time.Time{} }}, nil
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseRate returns a schedule that is due at once, because there are no start dates here, and then
// at its rate. A day is always 24 hours.
func parseRate(value, unit string, start time.Time) (Schedule, error) {
	count, err := strconv.Atoi(value)
	if err != nil {
		return Schedule{}, err
	}
	const century = 100 * 366 * 24 * time.Hour
	if time.Duration(count) > century/units[unit] {
		return Schedule{}, fmt.Errorf("%s %ss is more than a century", value, unit)
	}
	period := time.Duration(count) * units[unit]
	next := func(after time.Time) time.Time {
		return start.Add((after.Sub(start)/period + 1) * period)
	}
	return Schedule{First: start, Next: next}, nil
}
