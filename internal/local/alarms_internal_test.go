package local

import (
	"testing"

	"photogallery/internal/environment"
	"photogallery/release"
)

func TestAlarmIsCrossedByWhatItWatches(t *testing.T) {
	few, many := 10.0, 300.0
	marks := []environment.Mark{{Metric: "requests", Threshold: 200}}
	blue := environment.Alarm{Name: "blue", Slot: release.Blue, Marks: marks}
	green := environment.Alarm{Name: "green", Slot: release.Green, Marks: marks}
	one := environment.Sample{Alarms: map[string]string{"blue": "OK", "green": "OK"}, FleetSample: environment.FleetSample{Slot: release.Blue, Requests: &many}}
	two := one
	two.Fleets = map[release.Slot]environment.FleetSample{release.Blue: {Requests: &few}, release.Green: {Requests: &many}}
	none, errors := 0.0, 10.0
	dead := environment.Sample{Own: &errors, Alarms: one.Alarms, FleetSample: environment.FleetSample{Slot: release.Blue, Healthy: &none}}
	alone := environment.Alarm{Name: "blue", Slot: release.Blue, Marks: []environment.Mark{{Metric: "healthy", Threshold: 1, Below: true}}}
	entrance := environment.Alarm{Name: "green", Marks: []environment.Mark{{Metric: "errors", Threshold: 10}}}
	for name, test := range map[string]struct {
		sample environment.Sample
		alarm  environment.Alarm
		want   bool
	}{
		"a single fleet":       {one, blue, true},
		"a slot without one":   {one, green, false},
		"the quiet one of two": {two, blue, false},
		"the busy one of two":  {two, green, true},
		"an alarm made later":  {environment.Sample{FleetSample: one.FleetSample}, blue, false},
		"no healthy target":    {dead, alone, true},
		"health is unknown":    {one, alone, false},
		"just enough errors":   {dead, entrance, true},
		"no errors":            {one, entrance, false},
	} {
		if got := crosses(test.sample, test.alarm, false); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
