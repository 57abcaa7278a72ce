package main

import (
	"errors"
	"time"
)

// sessionEnds is a flag for a time ahead: a time of day here, which is the next one, or one in
// RFC 3339.
type sessionEnds struct{ at time.Time }

// Type is one of kinds. A request has it as text.
func (*sessionEnds) Type() string { return "time" }

// String returns it as a request has it.
func (s *sessionEnds) String() string {
	if s.at.IsZero() {
		return ""
	}
	return s.at.Format(time.RFC3339)
}

// Set reads one form or the other.
func (s *sessionEnds) Set(text string) (err error) {
	if s.at, err = time.Parse(time.RFC3339, text); err == nil {
		return nil
	}
	clock, err := time.Parse("15:04", text)
	if err != nil {
		return errors.New("it is not a time")
	}
	s.at = next(clock, time.Now())
	return nil
}

// next returns when a clock shows that time next.
func next(clock, now time.Time) time.Time {
	on := func(day int) time.Time {
		return time.Date(now.Year(), now.Month(), day, clock.Hour(), clock.Minute(), 0, 0, now.Location())
	}
	if today := on(now.Day()); today.After(now) {
		return today
	}
	return on(now.Day() + 1)
}
