package scaling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/scaling"
	"photogallery/release"
)

var (
	usual   = release.Bounds{MinSize: 2, MaxSize: 5}
	evening = release.ScheduledSize{Days: []string{"TUE"}, From: "18:00", Until: "21:00", MinSize: 6, MaxSize: 8}
	morning = release.ScheduledSize{Days: []string{"SAT", "SUN"}, From: "08:00", Until: "09:30", MinSize: 1, MaxSize: 3, Desired: 2}
)

func inGroup(t *testing.T, test func(e steptest.Environment, group string)) {
	t.Helper()
	steptest.In(t, nil, func(e steptest.Environment) {
		template := steptest.Run[fleet.TemplateVersion](e, fleet.EnsureTemplate, fleet.EnsureTemplateInput{Plan: plan(), Image: "ami-00000000"})
		steptest.Run[fleet.Fleet](e, fleet.CreateGroup, fleet.CreateGroupInput{Plan: plan(), TemplateID: template.ID, TemplateVersion: template.Version, Slot: release.Blue})
		test(e, e.Settings.Environment.Name())
	})
}

func plan() release.Plan {
	return release.Plan{Release: "r1", MinSize: 2, MaxSize: 5, InstanceType: "t4g.small"}
}

func described(e steptest.Environment, group string) map[string]types.ScheduledUpdateGroupAction {
	e.Helper()
	out, err := e.Clients.AutoScaling.DescribeScheduledActions(e.Context(), &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: &group})
	if err != nil {
		e.Fatal(err)
	}
	found := map[string]types.ScheduledUpdateGroupAction{}
	for _, action := range out.ScheduledUpdateGroupActions {
		found[*action.ScheduledActionName] = action
	}
	return found
}

// The hours are swapped, so that each action has the time of another one. Virtual time begins on
// Saturday, 2000-01-01, at midnight.
func TestScheduledActionsAreThoseOfTheTimetable(t *testing.T) {
	inGroup(t, func(e steptest.Environment, group string) {
		for _, sizes := range [][]release.ScheduledSize{{evening, morning}, {morning, evening}, {morning, evening}} {
			if err := scaling.Schedule(e.Context(), e.Clients.AutoScaling, group, release.Timetable{Sizes: sizes}, usual); err != nil {
				t.Fatal(err)
			}
		}
		found := described(e, group)
		for name, want := range map[string]struct {
			recurrence, next    string
			least, most, desire int32
		}{
			"size-1": {"0 8 * * 0,6", "01 08:00", 1, 3, 2}, "size-1-end": {"30 9 * * 0,6", "01 09:30", 2, 5, 0},
			"size-2": {"0 18 * * 2", "04 18:00", 6, 8, 0}, "size-2-end": {"0 21 * * 2", "04 21:00", 2, 5, 0},
		} {
			a := found[name]
			if aws.ToString(a.Recurrence) != want.recurrence || aws.ToTime(a.StartTime).Format("02 15:04") != want.next || aws.ToString(a.TimeZone) != "Etc/UTC" {
				t.Errorf("%s is due %s at %v in %s, want %+v", name, aws.ToString(a.Recurrence), a.StartTime, aws.ToString(a.TimeZone), want)
			}
			if *a.MinSize != want.least || *a.MaxSize != want.most || aws.ToInt32(a.DesiredCapacity) != want.desire {
				t.Errorf("%s sets %d, %d and %d, want %+v", name, *a.MinSize, *a.MaxSize, aws.ToInt32(a.DesiredCapacity), want)
			}
		}
		if left, err := scaling.Unscheduled(e.Context(), e.Clients.AutoScaling, group, release.Timetable{Sizes: []release.ScheduledSize{morning}}, usual); err != nil || !slices.Equal(slices.Sorted(slices.Values(left)), []string{"size-2", "size-2-end"}) {
			t.Errorf("%v differ, %v", left, err)
		}
		if err := scaling.Schedule(e.Context(), e.Clients.AutoScaling, group, release.Timetable{}, usual); err != nil || len(described(e, group)) > 0 {
			t.Errorf("left: %v, %v", described(e, group), err)
		}
	})
}

// What is as it should be is not put again, because an action that is due meanwhile would be lost.
func TestScheduledActionsThatFitStay(t *testing.T) {
	inGroup(t, func(e steptest.Environment, group string) {
		timetable := release.Timetable{Sizes: []release.ScheduledSize{evening}, TimeZone: "UTC"}
		if err := scaling.Schedule(e.Context(), e.Clients.AutoScaling, group, timetable, usual); err != nil {
			t.Fatal(err)
		}
		changes := 0
		e.Cloud.Fabric.Observe(func(call fabric.Call) {
			if slices.Contains([]string{"PutScheduledUpdateGroupAction", "DeleteScheduledAction"}, call.Operation.Name) {
				changes++
			}
		})
		for most, want := range map[int]int{5: 0, 4: 1} {
			changes = 0
			if err := scaling.Schedule(e.Context(), e.Clients.AutoScaling, group, timetable, release.Bounds{MinSize: 2, MaxSize: most}); err != nil || changes != want {
				t.Errorf("%d changes, %v; want %d", changes, err, want)
			}
			if err := scaling.Schedule(e.Context(), e.Clients.AutoScaling, group, timetable, usual); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A scheduled action that is due while bounds are set on AWS would be undone by them for a week.
func TestBoundsAreThoseInForceAfterTheyWereSet(t *testing.T) {
	inGroup(t, func(e steptest.Environment, group string) {
		held := release.Plan{MinSize: 2, MaxSize: 5, Timetable: release.Timetable{Sizes: []release.ScheduledSize{evening}}}
		asked := 0
		err := scaling.SetBounds(e.Context(), e.Clients.AutoScaling, group, func(time.Time) release.Bounds {
			asked++
			return held.Bounds(time.Date(2000, 1, 4, 17, 59, 58+asked, 0, time.UTC)) // the second look is at 18:00:00
		}, 0)
		found, failure := fleet.Group(e.Context(), e.Clients.AutoScaling, group)
		if err != nil || failure != nil || *found.MinSize != 6 || *found.MaxSize != 8 {
			t.Errorf("got %v, %v, %v", found, err, failure)
		}
	})
}
