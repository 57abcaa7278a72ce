package stack

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/release"
)

const lecture = `"sizes": [{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}], "timeZone": "Europe/Zurich"`

// inLecture reports whether it is a Tuesday evening in Zurich, which is one hour ahead in January.
func inLecture(now time.Time) bool {
	local := now.UTC().Add(time.Hour)
	return local.Weekday() == time.Tuesday && local.Hour() >= 18 && local.Hour() < 21
}

// tuesday returns a time of day in Zurich on one of the first Tuesdays of virtual time, which begins
// on a Saturday, 2000-01-01.
func tuesday(nth, hour, minute int) time.Time {
	return time.Date(2000, 1, 4+7*(nth-1), hour-1, minute, 0, 0, time.UTC)
}

// watchSizes looks at the fleet in a slot every minute until a time.
func (e *environment) watchSizes(slot release.Slot, until time.Time) {
	e.Helper()
	for ; time.Now().Before(until); time.Sleep(time.Minute) {
		synctest.Wait() // A scheduled action of this very minute is carried out first.
		least, desired, most := e.capacity(slot)
		want := [2]int{2, 5}
		if inLecture(time.Now()) {
			want = [2]int{6, 8}
		}
		if got := [2]int{least, most}; got != want || desired < least || desired > most {
			e.Fatalf("at %s there are %d instances of %v, want %v", time.Now().Format(time.DateTime), desired, got, want)
		}
	}
}

// scheduled returns the names of a group's scheduled actions.
func (e *environment) scheduled(slot release.Slot) (names []string) {
	e.Helper()
	group := e.Settings.Environment.Group(slot)
	out, err := e.Clients.AutoScaling.DescribeScheduledActions(e.Context(), &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: &group})
	if err != nil {
		e.Fatal(err)
	}
	for _, action := range out.ScheduledUpdateGroupActions {
		names = append(names, *action.ScheduledActionName)
	}
	return names
}

func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }

// Each release begins before a lecture and ends during it. The second fleet is there by the time the
// lecture begins.
func TestFleetHasItsScheduledSizesForTwoWeeks(t *testing.T) {
	for strategy, slot := range map[string]release.Slot{"rolling": release.Blue, "blueGreen": release.Green} {
		t.Run(strategy, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{`+lecture+`}`).ends("Succeeded")
				e.watchSizes(release.Blue, tuesday(1, 17, 51))
				e.release("r2", `{"rebake": true, "strategy": "`+strategy+`"}`).ends("Succeeded")
				if !inLecture(time.Now()) {
					t.Fatalf("the release ended at %s", time.Now())
				}
				e.watchSizes(slot, tuesday(1, 20, 58))
				if _, desired, _ := e.capacity(slot); desired < 6 {
					t.Errorf("there are %d instances during the lecture", desired)
				}
				e.watchSizes(slot, tuesday(1, 24, 0).Add(8*time.Hour))
				if _, desired, _ := e.capacity(slot); desired != 2 {
					t.Errorf("there are %d instances on the morning after the lecture", desired)
				}
				e.watchSizes(slot, tuesday(2, 23, 0))
				e.release("r3", `{"sizes": [], "strategy": "rolling"}`).ends("Succeeded")
				if left := e.scheduled(slot); len(left) > 0 || len(e.current().Sizes) > 0 {
					t.Errorf("scheduled actions are left: %v, and recorded %+v", left, e.current().Timetable)
				}
				sleepUntil(tuesday(3, 19, 0))
				if least, _, most := e.capacity(slot); least != 2 || most != 5 {
					t.Errorf("the fleet is from %d to %d without scheduled sizes", least, most)
				}
			})
		})
	}
}

// A lecture that begins or ends while the new fleet is watched shrinks neither of the two below
// their sizes, and the undo gives the former fleet its own sizes and scheduled actions back.
func TestUndoneReleaseLeavesTheScheduledSizes(t *testing.T) {
	for name, begins := range map[string]time.Time{"before the lecture": tuesday(1, 17, 0), "during it": tuesday(1, 20, 0)} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{`+lecture+`}`).ends("Succeeded")
				sleepUntil(begins)
				execution := e.start(e.StartRelease(e.Context(), "r2", `{"strategy": "blueGreen", "rebake": true, "bakeTime": "2h", "minSize": 1, "sizes": [{"from": "12:00", "until": "17:30", "minSize": 1, "maxSize": 6}, {"from": "17:32", "until": "20:30", "minSize": 1, "maxSize": 6}]}`))
				e.until(execution, "WatchTraffic", 1)
				for _, held, _ := e.capacity(release.Blue); time.Now().Before(begins.Add(2 * time.Hour)); time.Sleep(time.Minute) {
					_, former, _ := e.capacity(release.Blue)
					if _, desired, _ := e.capacity(release.Green); desired < held || former < held {
						t.Fatalf("at %s there are %d and %d instances, want %d at least", time.Now(), former, desired, held)
					}
				}
				e.says(release.Rollback, "r2")
				e.await(execution).ends("FailedClean", "RolledBack")
				e.servesOnly(release.Blue)
				if got := e.scheduled(release.Blue); !slices.Equal(got, []string{"size-1", "size-1-end"}) || e.current().TimeZone != "Europe/Zurich" {
					t.Errorf("scheduled actions %v, recorded %+v", got, e.current().Timetable)
				}
				e.watchSizes(release.Blue, tuesday(2, 22, 0))
			})
		})
	}
}

// A rolling release changes the scheduled actions of the fleet that serves.
func TestRolledBackReleaseLeavesTheScheduledSizes(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{`+lecture+`}`).ends("Succeeded")
		sleepUntil(tuesday(1, 18, 30))
		lift := e.denies("Promote", "PutItem")
		e.release("r2", `{"rebake": true, "minSize": 3, "sizes": [{"days": ["TUE"], "from": "17:00", "until": "18:00", "minSize": 7, "maxSize": 9}, {"days": ["FRI"], "from": "17:00", "until": "18:00", "minSize": 7, "maxSize": 9}], "timeZone": "Europe/Zurich"}`).ends("FailedClean", "AccessDenied")
		lift()
		if got := e.scheduled(release.Blue); !slices.Equal(got, []string{"size-1", "size-1-end"}) {
			t.Errorf("scheduled actions %v", got)
		}
		e.watchSizes(release.Blue, tuesday(2, 22, 0))
	})
}
