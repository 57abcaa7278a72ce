package environment

import "photogallery/release"

// CrossedIn returns for how many of the last samples in a row all marks of the alarm were crossed, up to
// Minutes.
func (a Alarm) CrossedIn(samples []Sample) (minutes int) {
	for i := len(samples) - 1; i >= 0 && minutes < a.Minutes && a.isCrossed(samples[i]); i-- {
		minutes++
	}
	return minutes
}

func (a Alarm) isCrossed(s Sample) bool {
	values := s.values(a.Slot)
	if _, existed := s.Alarms[a.Name]; !existed || values == nil {
		return false
	}
	for _, mark := range a.Marks {
		value, fromIt := values[mark.Metric], mark.Metric == "unhealthy" || mark.Metric == "errors"
		switch {
		case value == nil && !a.MissingIsBad:
			return false
		case value == nil:
		case mark.Below && *value >= mark.Threshold:
			return false
		case !mark.Below && *value < mark.Threshold, !mark.Below && *value == mark.Threshold && !fromIt:
			return false
		}
	}
	return true
}

// values returns what the marks of a slot's alarms are compared with, or without a slot of the load
// balancer's. It is nil if the slot had no fleet.
func (s Sample) values(slot release.Slot) map[string]*float64 {
	if slot == "" {
		return map[string]*float64{"errors": s.Own}
	}
	fleet := s.Of(slot)
	if fleet == nil {
		return nil
	}
	return map[string]*float64{"requests": fleet.Requests, "cpu": fleet.CPU, "unhealthy": fleet.Unhealthy, "healthy": fleet.Healthy}
}
