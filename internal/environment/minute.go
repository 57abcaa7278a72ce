package environment

import (
	"time"

	"photogallery/release"
)

// sample returns the sample of the minute that begins at a time.
func (r readings) sample(minute time.Time) Sample {
	s := Sample{
		At: minute.Add(time.Minute), Median: milliseconds(r.at("median", minute)), Slow: milliseconds(r.at("slow", minute)), Own: r.at("own", minute),
		Alarms: map[string]string{}, FleetSample: FleetSample{Health: map[string]int{}},
	}
	s.Errors = count(r.at("errors", minute)) + count(s.Own)
	both := map[release.Slot]FleetSample{}
	for _, slot := range release.Slots() {
		if one := r.fleet(slot, minute); one.CPU != nil || one.Healthy != nil || one.Requests != nil {
			both[slot], s.FleetSample = one, one
		}
	}
	if len(both) > 1 {
		s.Fleets = both
	}
	return s
}

// fleet takes healthy targets for those in service, whose count no metric has.
func (r readings) fleet(slot release.Slot, minute time.Time) FleetSample {
	of := func(name string) *float64 { return r.at(string(slot)+"_"+name, minute) }
	one := FleetSample{Slot: slot, Requests: of("requests"), CPU: of("cpu"), Unhealthy: of("unhealthy"), Healthy: of("healthy"), Health: map[string]int{}}
	one.InService = count(one.Healthy)
	for state, value := range map[string]*float64{"healthy": one.Healthy, "unhealthy": one.Unhealthy} {
		if value != nil {
			one.Health[state] = count(value)
		}
	}
	return one
}

func (r readings) at(id string, minute time.Time) *float64 {
	if value, known := r[id][minute]; known {
		return &value
	}
	return nil
}

// milliseconds converts the seconds of CloudWatch.
func milliseconds(seconds *float64) *float64 {
	if seconds == nil {
		return nil
	}
	converted := *seconds * 1000
	return &converted
}

func count(value *float64) int {
	if value == nil {
		return 0
	}
	return int(*value)
}

// Take adds to a sample what a status near its minute has and no metric: sizes, the parts of the visitors
// and the states of alarms. The fleet that serves becomes the sample's own.
func (s *Sample) Take(status Status) {
	for _, alarm := range status.Alarms {
		s.Alarms[alarm.Name] = alarm.State
	}
	for slot, one := range s.Fleets {
		one.take(status)
		s.Fleets[slot] = one
	}
	if main := status.Main(); main != nil {
		if one := s.Of(main.Slot); one != nil {
			s.FleetSample = *one
		}
	}
	s.take(status)
}

func (f *FleetSample) take(status Status) {
	for _, fleet := range status.Fleets {
		if fleet.Slot == f.Slot {
			f.Traffic, f.Health = fleet.Traffic, fleet.Health
			f.Min, f.Max, f.Desired, f.InService = fleet.Group.Min, fleet.Group.Max, fleet.Group.Desired, fleet.Group.InService
		}
	}
}
