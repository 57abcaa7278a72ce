package contract

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// scheduledPage says what the reference leaves out: the limits of scheduled actions.
const scheduledPage = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html"

func scheduledActions() []Behavior {
	return []Behavior{
		{"PutScheduledUpdateGroupAction: what it was given is described", asReference + "DescribeScheduledActions.html", "", func(a *Account) error {
			if err := errors.Join(a.group(1), a.scheduleAt("evening", "0 18 * * 2", 2)); err != nil {
				return err
			}
			found, err := a.scheduled()
			if err != nil || len(found) != 1 {
				return errors.Join(err, same("actions", len(found), 1))
			}
			return errors.Join(same("recurrence", aws.ToString(found[0].Recurrence), "0 18 * * 2"), same("time zone", aws.ToString(found[0].TimeZone), "Europe/Zurich"),
				same("minimum", aws.ToInt32(found[0].MinSize), 2), same("desired", found[0].DesiredCapacity == nil, true))
		}},
		{"PutScheduledUpdateGroupAction: a name that there is gets other sizes", asReference + "PutScheduledUpdateGroupAction.html", "", func(a *Account) error {
			if err := errors.Join(a.group(1), a.scheduleAt("evening", "0 18 * * 2", 2), a.scheduleAt("evening", "0 18 * * 2", 3)); err != nil {
				return err
			}
			found, err := a.scheduled()
			if err != nil || len(found) != 1 {
				return errors.Join(err, same("actions", len(found), 1))
			}
			return same("minimum", aws.ToInt32(found[0].MinSize), 3)
		}},
		{"PutScheduledUpdateGroupAction: a time that another action has is AlreadyExists", scheduledPage, "accepts it", func(a *Account) error {
			if err := errors.Join(a.group(1), a.scheduleAt("evening", "0 18 * * 2", 2)); err != nil {
				return err
			}
			return refused(a.scheduleAt("lecture", "0 18 * * 2", 2), "AlreadyExists")
		}},
		{"PutScheduledUpdateGroupAction: an unknown group is ValidationError", asErrors, "makes an action of no group", func(a *Account) error {
			return refused(a.scheduleAt("evening", "0 18 * * 2", 2), "ValidationError")
		}},
		{"DeleteScheduledAction: it is gone, and is ValidationError after that", asReference + "DeleteScheduledAction.html", "", func(a *Account) error {
			if err := errors.Join(a.group(1), a.scheduleAt("evening", "0 18 * * 2", 2), a.unschedule("evening")); err != nil {
				return err
			}
			found, err := a.scheduled()
			return errors.Join(err, same("actions", len(found), 0), refused(a.unschedule("evening"), "ValidationError"))
		}},
		// No page says so; others have seen it.
		{"DeleteAutoScalingGroup: its scheduled actions go with it", "https://github.com/hashicorp/terraform/issues/5900", "keeps them for the next group of that name", (*Account).actionsGoWithTheirGroup},
	}
}

func (a *Account) scheduleAt(name, recurrence string, least int32) error {
	_, err := a.AutoScaling.PutScheduledUpdateGroupAction(a.Context, &autoscaling.PutScheduledUpdateGroupActionInput{
		AutoScalingGroupName: aws.String("probe"), ScheduledActionName: &name, Recurrence: &recurrence,
		TimeZone: aws.String("Europe/Zurich"), MinSize: &least, MaxSize: aws.Int32(3),
	})
	return err
}

func (a *Account) scheduled() ([]types.ScheduledUpdateGroupAction, error) {
	out, err := a.AutoScaling.DescribeScheduledActions(a.Context, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String("probe")})
	if err != nil {
		return nil, err
	}
	return slices.Clone(out.ScheduledUpdateGroupActions), nil
}

func (a *Account) unschedule(name string) error {
	_, err := a.AutoScaling.DeleteScheduledAction(a.Context, &autoscaling.DeleteScheduledActionInput{AutoScalingGroupName: aws.String("probe"), ScheduledActionName: &name})
	return err
}

func (a *Account) actionsGoWithTheirGroup() error {
	if err := errors.Join(a.readyGroup(1), a.scheduleAt("evening", "0 18 * * 2", 2)); err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err := errors.Join(err, a.deleteGroup(true)); err != nil {
		return err
	}
	err = a.eventually("the group's end", func() (bool, error) {
		left, err := a.describedGroup()
		return left == nil, err
	})
	if err != nil {
		return err
	}
	err = a.group(1, func(in *autoscaling.CreateAutoScalingGroupInput) { in.LaunchTemplate = found.LaunchTemplate })
	if err != nil {
		return err
	}
	left, err := a.scheduled()
	return errors.Join(err, same("actions", len(left), 0))
}
