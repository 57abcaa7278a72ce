package sweep

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// idleFleet removes the group in the slot that does not serve. It may still answer requests that
// began before visitors were led away, so it is emptied first: a group that shrinks waits until its
// targets have drained. Whether a forced deletion does so, no document says.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
var idleFleet = Stage{
	Name:  "idle-fleet",
	gate:  true,
	looks: looks("autoscaling:DescribeAutoScalingGroups"),
	changes: append([]step.Operation{
		{Name: "autoscaling:UpdateAutoScalingGroup", Scope: step.Owned},
		{Name: "autoscaling:DeleteAutoScalingGroup", Scope: step.Owned},
	}, scaling.UnscheduleOperations...),
	list:   listIdleFleet,
	remove: removeIdleFleet,
}

func idleSlot(over extent) []release.Slot { return []release.Slot{over.current.Serves().Other()} }

// listIdleFleet takes a group that is being emptied for one that leaves, until its last instance is
// gone.
func listIdleFleet(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
	groups, err := c.in(ctx, idleSlot(over))
	var found []inventory.Resource
	for i := range groups {
		one := inventory.Resource{Kind: groupKind, ID: aws.ToString(groups[i].AutoScalingGroupName), Name: aws.ToString(groups[i].Status)}
		one.Leaving = fleet.IsDeleting(&groups[i])
		if n := len(groups[i].Instances); n > 0 && isEmptied(groups[i]) && !one.Leaving {
			one.Leaving, one.Name = true, fmt.Sprintf("with %d instances that drain", n)
		}
		found = append(found, one)
	}
	return found, err
}

func isEmptied(group types.AutoScalingGroup) bool {
	return aws.ToInt32(group.MaxSize) == 0 && aws.ToInt32(group.DesiredCapacity) == 0
}

// removeIdleFleet deletes an empty group and empties another one. A group that was emptied but is
// not listed so yet is emptied again, which changes nothing.
func removeIdleFleet(ctx context.Context, c cloud, over extent, _ []inventory.Resource) error {
	groups, err := c.in(ctx, idleSlot(over))
	if err != nil {
		return err
	}
	for _, group := range groups {
		name := aws.ToString(group.AutoScalingGroupName)
		switch {
		case fleet.IsDeleting(&group):
		case len(group.Instances) == 0 && isEmptied(group):
			err = c.removeGroup(ctx, name)
		default:
			err = c.empty(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// empty removes the group's scheduled actions first: one that is due while it drains would fill it.
func (c cloud) empty(ctx context.Context, group string) error {
	if err := scaling.Schedule(ctx, c.groups, group, release.Timetable{}, release.Bounds{}); err != nil {
		return err
	}
	none := aws.Int32(0)
	_, err := c.groups.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(group), MinSize: none, MaxSize: none, DesiredCapacity: none,
	})
	return err
}
