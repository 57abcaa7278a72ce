package release_test

import (
	"slices"
	"strings"
	"testing"

	"photogallery/release"
)

func TestForecastIsToldInSentences(t *testing.T) {
	plan := release.Plan{InstanceType: "t4g.small", MinSize: 2, MaxSize: 5, Strategy: release.BlueGreen, Traffic: []int{5, 50, 100}, HoldSeconds: 600, BakeSeconds: 5400,
		Approval: true, ApprovalSeconds: 8 * 3600, TTLSeconds: 1800, Settings: strings.Repeat("0a", 32),
		Timetable: release.Timetable{Sizes: []release.ScheduledSize{{Days: []string{"TUE"}, From: "18:00", Until: "21:00", MinSize: 6, MaxSize: 8}}}}
	second := release.Forecast{Bakes: true, Builder: "t4g.small", Reason: "a new one is asked for", Fleet: release.SecondFleet, Slot: release.Green, Former: release.Blue,
		Running: 1, Size: 2, Launched: 2, Ended: 1, Most: 3, Holder: "r7", Left: 4}
	want := []string{
		"Ends in Busy while r7 runs, which holds the environment now.",
		"Removes 4 instances that an earlier run left in slot green.",
		"Bakes an image on a builder, one t4g.small, because a new one is asked for.",
		"Keeps the load balancer.",
		"Launches 2 instances of t4g.small in slot green beside 1 instance in slot blue.",
		"Runs at most 3 instances at a time.",
		"Gives the instances the settings 0a0a0a0a0a0a.",
		"Waits for a person at most 8h before the first visitor, and again before 100 %.",
		"Moves 5, 50 % of the traffic and watches each for 10m, moves 100 % and watches it for 1h30m, then ends 1 instance in slot blue.",
		"Lets the fleet have 2 to 5 instances. On schedule, TUE 18:00 to 21:00, that is 6 to 8.",
		"Schedules the teardown 30m after that.",
	}
	if got := plan.Will(second); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	plan = release.Plan{InstanceType: "t4g.small", MinSize: 2, MaxSize: 2, Traffic: []int{100}, BakeSeconds: 90, Wait: true, TeardownAt: "2026-02-03T04:05:06Z"}
	rolled := release.Forecast{Image: "ami-1", Reason: "the request names it", MakesLoadBalancer: true, Fleet: release.RolledFleet, Slot: release.Blue,
		Running: 2, Size: 2, Launched: 2, Ended: 2, Most: 3, Holder: "t1"}
	want = []string{
		"Waits for t1, which holds the environment now.",
		"Releases image ami-1, because the request names it; nothing is baked.",
		"Makes the load balancer.",
		"Replaces 2 instances in slot blue, by 2 instances of t4g.small in all.",
		"Runs at most 3 instances at a time.",
		"Watches all of it for 1m30s, in which an alarm rolls it back.",
		"Lets the fleet have 2 to 2 instances.",
		"Schedules the teardown for 2026-02-03T04:05:06Z.",
	}
	if got := plan.Will(rolled); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
