package environment

import "fmt"

// share fills in each fleet's part of the visitors, by the weights of the target groups.
func (s *Status) share(weights map[string]int32) {
	var all int32
	for _, weight := range weights {
		all += weight
	}
	for i := range s.Fleets {
		if all > 0 {
			s.Fleets[i].Traffic = int((weights[s.Fleets[i].TargetGroup]*100 + all/2) / all)
		}
	}
	if main := s.Main(); main != nil {
		s.Group = &main.Group
	}
}

// Main returns the fleet in the slot that serves, or the only one. It is nil if there is none.
func (s *Status) Main() *Fleet {
	for i := range s.Fleets {
		if len(s.Fleets) == 1 || s.Serving == nil || s.Fleets[i].Slot == s.Serving.Slot {
			return &s.Fleets[i]
		}
	}
	return nil
}

// Split names each fleet with its part of the visitors, such as blue 95 %, green 5 %, while there
// are two. Otherwise it is "".
func (s Status) Split() string {
	if len(s.Fleets) < 2 {
		return ""
	}
	return fmt.Sprintf("%s, %s", s.Fleets[0].Label(), s.Fleets[1].Label())
}

// Label names the fleet and its part of the visitors.
func (f Fleet) Label() string { return fmt.Sprintf("%s %d %%", f.Slot, f.Traffic) }
