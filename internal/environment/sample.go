package environment

import (
	"time"

	"photogallery/release"
)

// Sample holds the metrics of one minute, read at its end. Metrics without data are nil.
type Sample struct {
	At time.Time `json:"at"`
	FleetSample
	Median *float64                     `json:"median"`           // milliseconds, of the targets' answers
	Slow   *float64                     `json:"slow"`             // the slowest 1 in 100
	Errors int                          `json:"errors"`           // 5xx answers in this minute
	Own    *float64                     `json:"own,omitempty"`    // those of them that the load balancer itself gave
	Alarms map[string]string            `json:"alarms"`           // their states
	Fleets map[release.Slot]FleetSample `json:"fleets,omitempty"` // of each fleet, while there are two
}

// FleetSample is the part of a sample that is of one fleet: in the sample itself, of the one that
// serves.
type FleetSample struct {
	Slot      release.Slot   `json:"slot,omitempty"`
	Traffic   int            `json:"traffic"`   // percent of the visitors
	Requests  *float64       `json:"requests"`  // per target, as in the alarm
	CPU       *float64       `json:"cpu"`       // percent, the group's average
	Unhealthy *float64       `json:"unhealthy"` // targets
	Healthy   *float64       `json:"healthy"`   // targets
	Min       int            `json:"min"`
	Max       int            `json:"max"`
	Desired   int            `json:"desired"`
	InService int            `json:"inService"`
	Health    map[string]int `json:"health"` // how many targets are initial, healthy, unhealthy, draining
}

// Of returns the part of the fleet in a slot, or nil if there was none.
func (s Sample) Of(slot release.Slot) *FleetSample {
	if one, isOneOfTwo := s.Fleets[slot]; isOneOfTwo {
		return &one
	}
	if s.Slot == slot {
		return &s.FleetSample
	}
	return nil
}
