package autoscaling

import "time"

// keptCapacity limits the record of a group's capacity.
const keptCapacity = 1000

// Capacity counts the members of a group that served from a time on.
type Capacity struct {
	At      time.Time
	Serving int // members in service that pass their health checks
	Minimum int // the group's minimum size at that time
	Desired int
}

// recordCapacity records a change. It runs at the end of each round, so that what the round took
// out and what it found unhealthy both show.
func (s *Service) recordCapacity(g *group) {
	serving := 0
	for _, m := range g.members {
		if s.serves(g, m) {
			serving++
		}
	}
	found := Capacity{At: now(), Serving: serving, Minimum: g.min, Desired: g.desired}
	if len(g.capacity) > 0 {
		last := g.capacity[len(g.capacity)-1]
		if last.Serving == found.Serving && last.Minimum == found.Minimum && last.Desired == found.Desired {
			return
		}
	}
	g.capacity = append(g.capacity, found)
	if len(g.capacity) > keptCapacity {
		g.capacity = g.capacity[1:]
	}
}

// Capacities returns a group's capacity over time, a record for each change, oldest first, or nil
// if there is no such group.
func (s *Service) Capacities(name string) []Capacity {
	g, err := s.find(name)
	if err != nil {
		return nil
	}
	return append([]Capacity(nil), g.capacity...)
}

// MinServing returns the lowest number of members of a group that served at a time from since on.
// ok is false if there is no such group or it has no record.
func (s *Service) MinServing(name string, since time.Time) (least int, ok bool) {
	records := s.Capacities(name)
	for i, record := range records {
		if i+1 < len(records) && !records[i+1].At.After(since) {
			continue // it was over by then
		}
		if !ok || record.Serving < least {
			least, ok = record.Serving, true
		}
	}
	return least, ok
}
