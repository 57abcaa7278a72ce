package scaling

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// UnscheduleOperations are the calls of Schedule if the timetable has no sizes, and
// ScheduleOperations those for any.
var (
	UnscheduleOperations = []step.Operation{
		step.Unbound("autoscaling:DescribeScheduledActions"),
		{Name: "autoscaling:DeleteScheduledAction", Scope: step.Owned},
	}
	ScheduleOperations = append([]step.Operation{
		{Name: "autoscaling:PutScheduledUpdateGroupAction", Scope: step.Owned},
	}, UnscheduleOperations...)
)

// Scheduler is the part of the Auto Scaling client that Schedule and Unscheduled use.
type Scheduler interface {
	autoscaling.DescribeScheduledActionsAPIClient
	DeleteScheduledAction(context.Context, *autoscaling.DeleteScheduledActionInput, ...func(*autoscaling.Options)) (*autoscaling.DeleteScheduledActionOutput, error)
	PutScheduledUpdateGroupAction(context.Context, *autoscaling.PutScheduledUpdateGroupActionInput, ...func(*autoscaling.Options)) (*autoscaling.PutScheduledUpdateGroupActionOutput, error)
}

// utc is the canonical name of the time zone that Auto Scaling uses by default.
const utc = "Etc/UTC"

// scheduledActions returns the actions that set a group's sizes by a timetable. An action's bounds
// stay after it, so that the end of each size is an action of its own, unless there are no usual
// bounds to give back. It has no desired capacity: the load decides how many of the instances stay.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
func scheduledActions(group string, of release.Timetable, usual release.Bounds) (actions []types.ScheduledUpdateGroupAction) {
	action := func(name, recurrence string, bounds release.Bounds, desired int) {
		next := types.ScheduledUpdateGroupAction{
			AutoScalingGroupName: aws.String(group), ScheduledActionName: aws.String(name),
			Recurrence: aws.String(recurrence), TimeZone: aws.String(zoneOf(aws.String(of.TimeZone))),
			MinSize: aws.Int32(int32(bounds.MinSize)), MaxSize: aws.Int32(int32(bounds.MaxSize)),
		}
		if desired != 0 {
			next.DesiredCapacity = aws.Int32(int32(desired))
		}
		actions = append(actions, next)
	}
	for i, size := range of.Sizes {
		action(fmt.Sprintf("size-%d", i+1), size.Begins(), size.Bounds(), size.Desired)
		if usual != (release.Bounds{}) {
			action(fmt.Sprintf("size-%d-end", i+1), size.Ends(), usual, 0)
		}
	}
	return actions
}

// Schedule makes a group's scheduled actions those of a timetable.
func Schedule(ctx context.Context, api Scheduler, group string, of release.Timetable, usual release.Bounds) error {
	differ, err := compare(ctx, api, group, of, usual)
	if err != nil {
		return err
	}
	// All go before one comes: an old one may have the time of a new one, which Auto Scaling refuses.
	for _, name := range differ.gone {
		if err := unschedule(ctx, api, group, name); err != nil {
			return err
		}
	}
	for _, action := range differ.missing {
		if err := put(ctx, api, action); err != nil {
			return err
		}
	}
	return nil
}

// Unscheduled returns the names of the scheduled actions in which a group differs from a timetable.
func Unscheduled(ctx context.Context, api Scheduler, group string, of release.Timetable, usual release.Bounds) ([]string, error) {
	differ, err := compare(ctx, api, group, of, usual)
	names := differ.gone
	for _, action := range differ.missing {
		names = append(names, aws.ToString(action.ScheduledActionName))
	}
	return names, err
}

// difference is what Schedule changes: the names to delete, then the actions to put.
type difference struct {
	gone    []string
	missing []types.ScheduledUpdateGroupAction
}

func compare(ctx context.Context, api Scheduler, group string, of release.Timetable, usual release.Bounds) (differ difference, err error) {
	present, err := scheduled(ctx, api, group)
	if err != nil {
		return difference{}, err
	}
	for _, action := range scheduledActions(group, of, usual) {
		name := aws.ToString(action.ScheduledActionName)
		if there, known := present[name]; known && sameTime(there, action) {
			delete(present, name)
			if sameSizes(there, action) {
				continue
			}
		}
		differ.missing = append(differ.missing, action)
	}
	for name := range present {
		differ.gone = append(differ.gone, name)
	}
	return differ, nil
}

func scheduled(ctx context.Context, api Scheduler, group string) (map[string]types.ScheduledUpdateGroupAction, error) {
	present := map[string]types.ScheduledUpdateGroupAction{}
	pages := autoscaling.NewDescribeScheduledActionsPaginator(api, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(group)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, action := range page.ScheduledUpdateGroupActions {
			present[aws.ToString(action.ScheduledActionName)] = action
		}
	}
	return present, nil
}

// sameTime reports whether an action can be updated. One with another recurrence would keep the next
// time of its former one: https://github.com/hashicorp/terraform-provider-aws/issues/41200
func sameTime(a, b types.ScheduledUpdateGroupAction) bool {
	return aws.ToString(a.Recurrence) == aws.ToString(b.Recurrence) && zoneOf(a.TimeZone) == zoneOf(b.TimeZone)
}

func sameSizes(a, b types.ScheduledUpdateGroupAction) bool {
	return aws.ToInt32(a.MinSize) == aws.ToInt32(b.MinSize) && aws.ToInt32(a.MaxSize) == aws.ToInt32(b.MaxSize) &&
		aws.ToInt32(a.DesiredCapacity) == aws.ToInt32(b.DesiredCapacity) && (a.DesiredCapacity == nil) == (b.DesiredCapacity == nil)
}

func zoneOf(name *string) string {
	if zone := cmp.Or(aws.ToString(name), utc); zone != "UTC" {
		return zone
	}
	return utc
}

// unschedule ignores the refusal of an action that is gone: an earlier answer was lost, and Auto
// Scaling has only one code, ValidationError, for all refusals.
func unschedule(ctx context.Context, api Scheduler, group, name string) error {
	_, err := api.DeleteScheduledAction(ctx, &autoscaling.DeleteScheduledActionInput{
		AutoScalingGroupName: aws.String(group), ScheduledActionName: aws.String(name),
	})
	if err == nil {
		return nil
	}
	if present, failure := scheduled(ctx, api, group); failure == nil {
		if _, stays := present[name]; !stays {
			return nil
		}
	}
	return err
}

// put waits for another action at the same time, which a parallel run of a step may have left.
func put(ctx context.Context, api Scheduler, action types.ScheduledUpdateGroupAction) error {
	_, err := api.PutScheduledUpdateGroupAction(ctx, &autoscaling.PutScheduledUpdateGroupActionInput{
		AutoScalingGroupName: action.AutoScalingGroupName, ScheduledActionName: action.ScheduledActionName,
		Recurrence: action.Recurrence, TimeZone: action.TimeZone,
		MinSize: action.MinSize, MaxSize: action.MaxSize, DesiredCapacity: action.DesiredCapacity,
	})
	if release.IsAlreadyExists(err) {
		return release.Errorf(release.StillInUse, "scheduled action %s of group %s: %w", aws.ToString(action.ScheduledActionName), aws.ToString(action.AutoScalingGroupName), err)
	}
	return err
}
