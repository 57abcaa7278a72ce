package scheduler

import "time"

// Next is when a schedule is due for the first time after an instant; the zero time for never. zone
// is the name of a time zone, "" for UTC. The error says what is wrong with the expression or the
// zone, or that this reader does not know its form.
func Next(expression, zone string, after time.Time) (time.Time, error) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, err
	}
	timing, err := parse(expression, place, after)
	if err != nil {
		return time.Time{}, err
	}
	if timing.first.After(after) {
		return timing.first, nil
	}
	return timing.next(after), nil
}
