package cost

import (
	"math"
	"testing"
	"time"
)

func TestReleaseServesBetweenSchedules(t *testing.T) {
	nightly := Schedule{Expression: "cron(0 20 * * ? *)", Teardown: true}
	for name, test := range map[string]struct {
		schedules []Schedule
		want      Timetable
		known     bool
	}{
		"every day":         {[]Schedule{nightly, {Expression: "cron(0 8 * * ? *)"}}, Timetable{12, 30.4167}, true},
		"on working days":   {[]Schedule{nightly, {Expression: "cron(0 8 ? * MON-FRI *)"}}, Timetable{60.0 / 7, 5.0 / 7 * 30.4167}, true},
		"over midnight":     {[]Schedule{{Expression: "cron(0 2 * * ? *)", Teardown: true}, {Expression: "cron(0 8 * * ? *)"}}, Timetable{18, 30.4167}, true},
		"other time zones":  {[]Schedule{{Expression: "cron(0 20 * * ? *)", TimeZone: "America/New_York", Teardown: true}, {Expression: "cron(0 8 * * ? *)", TimeZone: "Europe/Zurich"}}, Timetable{18, 30.4167}, true},
		"two in a morning":  {[]Schedule{nightly, {Expression: "cron(0 8 * * ? *)"}, {Expression: "cron(0 9 * * ? *)"}}, Timetable{12, 30.4167}, true},
		"two in an evening": {[]Schedule{nightly, {Expression: "cron(0 21 * * ? *)", Teardown: true}, {Expression: "cron(0 8 * * ? *)"}}, Timetable{12, 30.4167}, true},
		"no morning":        {[]Schedule{nightly}, Timetable{}, false},
		"no night":          {[]Schedule{{Expression: "cron(0 8 * * ? *)"}}, Timetable{}, false},
		"unreadable":        {[]Schedule{nightly, {Expression: "cron(0 8 L * ? *)"}}, Timetable{}, false},
		"no such zone":      {[]Schedule{nightly, {Expression: "cron(0 8 * * ? *)", TimeZone: "Mars/Olympus"}}, Timetable{}, false},
		"none":              {nil, Timetable{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, known := Read(test.schedules, time.Date(2026, 6, 3, 13, 0, 0, 0, time.UTC))
			if known != test.known || math.Abs(got.HoursADay-test.want.HoursADay) > 0.01 || math.Abs(got.Mornings-test.want.Mornings) > 0.01 {
				t.Errorf("%+v, %t", got, known)
			}
		})
	}
}
