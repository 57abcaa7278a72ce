package release_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/release"
)

func scheduled(t *testing.T, sizes, zone string) release.Timetable {
	t.Helper()
	request, err := release.ParseRequest(fmt.Appendf(nil, `{"sizes": %s, "timeZone": %q}`, sizes, zone))
	if err != nil {
		t.Fatal(err)
	}
	return request.Timetable(release.Current{})
}

func TestScheduledSizeHasTheRecurrencesOfItsHours(t *testing.T) {
	for sizes, want := range map[string][2]string{
		`{"days": ["TUE"], "from": "18:00", "until": "21:05", "minSize": 6, "maxSize": 8}`:        {"0 18 * * 2", "5 21 * * 2"},
		`{"from": "07:30", "until": "09:00", "minSize": 6, "maxSize": 8}`:                         {"30 7 * * *", "0 9 * * *"},
		`{"from": "22:00", "until": "02:00", "minSize": 1, "maxSize": 1}`:                         {"0 22 * * *", "0 2 * * *"},
		`{"days": ["SAT", "FRI"], "from": "22:00", "until": "02:00", "minSize": 6, "maxSize": 8}`: {"0 22 * * 5,6", "0 2 * * 0,6"},
		`{"days": ["SUN", "MON"], "from": "00:00", "until": "23:59", "minSize": 6, "maxSize": 8}`: {"0 0 * * 0,1", "59 23 * * 0,1"},
	} {
		size := scheduled(t, "["+sizes+"]", "UTC").Sizes[0]
		if got := [2]string{size.Begins(), size.Ends()}; got != want {
			t.Errorf("%s: got %q, want %q", size, got, want)
		}
	}
}

// Zurich's clocks go forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
func TestBoundsAreThoseOfTheHour(t *testing.T) {
	plan := release.Plan{MinSize: 2, MaxSize: 5, Timetable: scheduled(t, `[
		{"days": ["TUE", "SUN"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8},
		{"days": ["SAT"], "from": "23:00", "until": "02:30", "minSize": 1, "maxSize": 1}]`, "Europe/Zurich")}
	for at, want := range map[string]struct {
		least int
		next  string
	}{
		"2026-01-06 16:59": {2, "2026-01-06 17:00"}, "2026-01-06 17:00": {6, "2026-01-06 20:00"}, "2026-01-06 19:59": {6, "2026-01-06 20:00"},
		"2026-01-06 20:00": {2, "2026-01-10 22:00"}, "2026-01-10 22:00": {1, "2026-01-11 01:30"}, "2026-01-11 01:29": {1, "2026-01-11 01:30"},
		"2026-01-11 01:30": {2, "2026-01-11 17:00"}, "2026-03-29 15:59": {2, "2026-03-29 16:00"}, "2026-03-29 16:00": {6, "2026-03-29 19:00"},
		"2026-10-25 16:59": {2, "2026-10-25 17:00"}, "2026-10-25 17:00": {6, "2026-10-25 20:00"}, "2026-07-07 16:00": {6, "2026-07-07 19:00"},
	} {
		now, err := time.Parse("2006-01-02 15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.Bounds(now); got.MinSize != want.least {
			t.Errorf("at %s it is %+v, want at least %d", at, got, want.least)
		}
		if next, ok := plan.Next(now); !ok || next.At.UTC().Format("2006-01-02 15:04") != want.next {
			t.Errorf("after %s the next change is %+v, %t, want %s", at, next, ok, want.next)
		}
	}
}

func TestBusiestIsTheLargestSizeOfASpan(t *testing.T) {
	table := scheduled(t, `[{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8, "desired": 7}, {"days": ["WED"], "from": "02:00", "until": "03:00", "minSize": 4, "maxSize": 8}]`, "UTC")
	tuesday := time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)
	for hours, want := range map[[2]int]int{{16, 17}: 0, {16, 18}: 7, {19, 20}: 7, {20, 30}: 7, {21, 25}: 0, {21, 26}: 4} {
		if got := table.Busiest(tuesday.Add(time.Duration(hours[0])*time.Hour), tuesday.Add(time.Duration(hours[1])*time.Hour)); got != want {
			t.Errorf("from %d to %d hours it is %d, want %d", hours[0], hours[1], got, want)
		}
	}
}

func TestRisingSizesShrinkNothing(t *testing.T) {
	table := scheduled(t, `[{"from": "18:00", "until": "21:00", "minSize": 4, "maxSize": 8, "desired": 6}, {"from": "22:00", "until": "23:00", "minSize": 1, "maxSize": 9},
		{"days": ["WED"], "from": "12:00", "until": "13:00", "minSize": 10, "maxSize": 12}]`, "UTC")
	noon := time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC)
	for hours, want := range map[int][]release.Bounds{
		5: nil, 6: {{MinSize: 6, MaxSize: 8}}, 10: {{MinSize: 6, MaxSize: 8}, {MinSize: 6, MaxSize: 9}},
		30: {{MinSize: 6, MaxSize: 9}, {MinSize: 10, MaxSize: 12}, {MinSize: 10, MaxSize: 12}}, // the first one begins again
	} {
		var got []release.Bounds
		for _, size := range table.Rising(release.Bounds{MinSize: 3, MaxSize: 5}, noon, noon.Add(time.Duration(hours)*time.Hour)).Sizes {
			if got = append(got, size.Bounds()); size.Desired != 0 {
				t.Errorf("%s sets the desired capacity, %d", size, size.Desired)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in %d hours: %s", hours, diff)
		}
	}
}

func TestTimetableStaysAsTheFormerReleaseLeftIt(t *testing.T) {
	former := release.Current{Timetable: scheduled(t, `[{"from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]`, "Europe/Zurich")}
	other := scheduled(t, `[{"from": "08:00", "until": "09:00", "minSize": 1, "maxSize": 2}]`, "UTC")
	for raw, want := range map[string]release.Timetable{
		`{}`: former.Timetable, `{"minSize": 3}`: former.Timetable, `{"sizes": []}`: {},
		`{"sizes": [{"from": "08:00", "until": "09:00", "minSize": 1, "maxSize": 2}], "timeZone": "UTC"}`: other,
	} {
		request, err := release.ParseRequest([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, request.Timetable(former)); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
	}
}

func TestBadScheduledSizesAreRefusedAtOnce(t *testing.T) {
	for raw, says := range map[string][]string{
		`{"sizes": [{"from": "6pm", "until": "21:00", "minSize": 0, "days": ["Tue"]}]}`: {`entry 1: days: ["Tue"] does not fit; give 1 to 7 of MON`, `from: "6pm" does not fit; give a time of day`, "minSize: 0", "maxSize is missing"},
		`{"sizes": [{"at": "0 18 * * 2"}]}`:                                             {`"at": no such field; the fields are days, desired, from`, "until is missing"},
		`{"sizes": 6}`:                                                                  {"6 does not fit; give a list of at most 10"},
		`{"sizes": [6]}`:                                                                {"[6] does not fit"},
		`{"timeZone": "Europe/Zurich"}`:                                                 {`timeZone: "Europe/Zurich" goes with sizes`},
		`{"sizes": [], "timeZone": "Europe/Zurich"}`:                                    {`timeZone: "Europe/Zurich" goes with sizes`},
		`{"sizes": ` + hours() + `, "timeZone": "Zurich"}`:                              {`timeZone: "Zurich" is no time zone`, "Europe/Zurich"},
		`{"sizes": ` + hours() + `, "timeZone": "Local"}`:                               {`timeZone: "Local" is no time zone`},
		`{"sizes": [{"from": "18:00", "until": "18:00", "minSize": 6, "maxSize": 5}, {"from": "08:00", "until": "09:00", "minSize": 2, "maxSize": 5, "desired": 6}]}`: {
			"entry 1 begins and ends at 18:00", "entry 1: minSize, 6, is more than maxSize, 5", "entry 2: desired, 6, is not between minSize, 2, and maxSize, 5",
		},
		`{"sizes": [` + one("18:00", "21:00") + `, ` + one("20:00", "22:00") + `]}`:               {"entries 1 (18:00 to 21:00) and 2 (20:00 to 22:00) overlap"},
		`{"sizes": [` + one("18:00", "21:00") + `, ` + one("21:00", "22:00") + `]}`:               {"overlap, or one begins when the other ends"},
		`{"sizes": [` + one("18:00", "21:00", "SUN") + `, ` + one("23:00", "18:30", "SAT") + `]}`: {"entries 1 (SUN 18:00 to 21:00) and 2 (SAT 23:00 to 18:30) overlap"},
		`{"sizes": [` + one("01:00", "02:00", "SUN") + `, ` + one("23:00", "01:30", "SAT") + `]}`: {"overlap"},
	} {
		_, err := release.ParseRequest([]byte(raw))
		if release.CodeOf(err) != release.InvalidRequest {
			t.Errorf("%s: got %v", raw, err)
			continue
		}
		for _, words := range says {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %q does not say %q", raw, err, words)
			}
		}
	}
}

func TestScheduledSizesThatDoNotMeetAreTaken(t *testing.T) {
	for _, sizes := range []string{
		one("18:00", "21:00", "TUE") + ", " + one("18:00", "21:00", "THU"), one("18:00", "21:00") + ", " + one("21:01", "17:59"),
		one("23:00", "01:00", "SAT") + ", " + one("01:01", "02:00", "SUN") + ", " + one("20:00", "21:00"),
	} {
		if _, err := release.ParseRequest([]byte(`{"sizes": [` + sizes + `]}`)); err != nil {
			t.Error(err)
		}
	}
}

func one(from, until string, days ...string) string {
	on := ""
	if len(days) > 0 {
		on = `"days": ["` + strings.Join(days, `", "`) + `"], `
	}
	return `{` + on + `"from": "` + from + `", "until": "` + until + `", "minSize": 1, "maxSize": 2}`
}

func hours() string { return "[" + one("08:00", "09:00") + "]" }
