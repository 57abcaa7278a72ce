// Package cron reads the schedule expressions of EventBridge Scheduler, and the recurrences of Auto
// Scaling.
package cron

import "time"

// Next returns the first time after another at which a schedule is due, or the zero time if there
// is none. zone is the name of a time zone, "" for UTC. The error says what is wrong with the zone
// or the expression.
func Next(expression, zone string, after time.Time) (time.Time, error) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, err
	}
	Schedule, err := Parse(expression, place, after)
	if err != nil {
		return time.Time{}, err
	}
	if Schedule.First.After(after) {
		return Schedule.First, nil
	}
	return Schedule.Next(after), nil
}
