package environment

import (
	"testing"

	"photogallery/release"
)

func TestAlarmIsCrossedByWhatItWatches(t *testing.T) {
	few, many := 10.0, 300.0
	marks := []Mark{{Metric: "requests", Threshold: 200}}
	blue := Alarm{Name: "blue", Slot: release.Blue, Marks: marks}
	green := Alarm{Name: "green", Slot: release.Green, Marks: marks}
	one := Sample{Alarms: map[string]string{"blue": "OK", "green": "OK"}, FleetSample: FleetSample{Slot: release.Blue, Requests: &many}}
	two := one
	two.Fleets = map[release.Slot]FleetSample{release.Blue: {Requests: &few}, release.Green: {Requests: &many}}
	none, errors := 0.0, 10.0
	dead := Sample{Own: &errors, Alarms: one.Alarms, FleetSample: FleetSample{Slot: release.Blue, Healthy: &none}}
	alone := Alarm{Name: "blue", Slot: release.Blue, Marks: []Mark{{Metric: "healthy", Threshold: 1, Below: true}}}
	entrance := Alarm{Name: "green", Marks: []Mark{{Metric: "errors", Threshold: 10}}}
	for name, test := range map[string]struct {
		sample Sample
		alarm  Alarm
		want   bool
	}{
		"a single fleet":       {one, blue, true},
		"a slot without one":   {one, green, false},
		"the quiet one of two": {two, blue, false},
		"the busy one of two":  {two, green, true},
		"an alarm made later":  {Sample{FleetSample: one.FleetSample}, blue, false},
		"no healthy target":    {dead, alone, true},
		"health is unknown":    {one, alone, false},
		"just enough errors":   {dead, entrance, true},
		"no errors":            {one, entrance, false},
	} {
		if got := test.alarm.isCrossed(test.sample); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
