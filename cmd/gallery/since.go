package main

import (
	"errors"
	"time"
)

// since is a flag for a moment: the moment itself, or how long ago it was.
type since struct {
	text string
	ago  time.Duration
	at   time.Time
}

func (s *since) String() string { return s.text }

// Type returns the name that a usage text has for it.
func (*since) Type() string { return "moment" }

// Set reads a duration or, as RFC 3339 writes it, a moment.
func (s *since) Set(text string) error {
	*s = since{text: text}
	ago, err := time.ParseDuration(text)
	if err != nil {
		s.at, err = time.Parse(time.RFC3339, text)
		return err
	}
	if ago <= 0 {
		return errors.New("it is not before now")
	}
	s.ago = ago
	return nil
}

// before returns the moment, or zero if none was given.
func (s *since) before(now time.Time) time.Time {
	if s.ago > 0 {
		return now.Add(-s.ago)
	}
	return s.at
}
