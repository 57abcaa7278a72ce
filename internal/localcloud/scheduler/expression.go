package scheduler

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// timing says when a schedule is due: first, and then each time after one that has passed. next is
// the zero time when there is none.
type timing struct {
	first time.Time
	next  func(after time.Time) time.Time
}

var (
	atForm   = regexp.MustCompile(`^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$`)
	rateForm = regexp.MustCompile(`^rate\(([1-9]\d{0,8}) (minute|hour|day)s?\)$`)
	cronForm = regexp.MustCompile(`^cron\(([^()]+)\)$`)
)

// parse reads a schedule expression as of now.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func parse(expression string, zone *time.Location, now time.Time) (timing, error) {
	if match := atForm.FindStringSubmatch(expression); match != nil {
		return parseAt(match[1], zone)
	}
	if match := rateForm.FindStringSubmatch(expression); match != nil {
		return parseRate(match[1], match[2], now)
	}
	if match := cronForm.FindStringSubmatch(expression); match != nil {
		return parseCron(match[1], zone, now)
	}
	return timing{}, fmt.Errorf("give at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(minutes hours day-of-month month day-of-week year)")
}

// parseAt makes a one-time schedule. One in the past is due at once.
func parseAt(text string, zone *time.Location) (timing, error) {
	instant, err := time.ParseInLocation("2006-01-02T15:04:05", text, zone)
	if err != nil {
		return timing{}, err
	}
	return timing{first: instant, next: func(time.Time) time.Time { return time.Time{} }}, nil
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// parseRate makes a schedule that is due at once, because none here has a start date, and then at
// its rate. A day is 24 hours, whatever the clocks do.
func parseRate(value, unit string, start time.Time) (timing, error) {
	count, err := strconv.Atoi(value)
	if err != nil {
		return timing{}, err
	}
	const century = 100 * 366 * 24 * time.Hour
	if time.Duration(count) > century/units[unit] {
		return timing{}, fmt.Errorf("%s %ss is more than a century", value, unit)
	}
	period := time.Duration(count) * units[unit]
	next := func(after time.Time) time.Time {
		return start.Add((after.Sub(start)/period + 1) * period)
	}
	return timing{first: start, next: next}, nil
}
