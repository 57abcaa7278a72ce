package local

import (
	"fmt"
	"strings"

	"photogallery/internal/environment"
	"photogallery/release"
)

// addValues adds the metric at that time to each activity that an alarm caused.
func (l *Local) addValues(activities []environment.Activity, alarms []environment.Alarm, watching map[release.Slot]map[string]watched) {
	for i := range activities {
		a, words := &activities[i], []string{}
		for _, alarm := range alarms {
			if alarm.Name != a.Alarm() {
				continue
			}
			for _, mark := range alarm.Marks {
				words = append(words, compared(mark, l.before(a.Time, watching[alarm.Slot][mark.Metric])))
			}
		}
		if len(words) > 0 {
			a.Why += ", " + strings.Join(words, " and ")
		}
	}
}

// compared returns a mark together with the value that crossed it.
func compared(mark environment.Mark, value *float64) string {
	sign := ">"
	if mark.Below {
		sign = "<"
	}
	unit := map[string]string{"requests": " per target", "cpu": " % CPU", "unhealthy": " unhealthy", "healthy": " healthy"}[mark.Metric]
	shown := "0" // a metric without data: nobody sent requests, or nothing ran
	if value != nil {
		shown = fmt.Sprintf("%.0f", *value)
	}
	return fmt.Sprintf("%s%s %s %g", shown, unit, sign, mark.Threshold)
}
