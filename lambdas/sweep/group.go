package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const groupKind = "Auto Scaling group"

type groupAPI interface {
	autoscaling.DescribeAutoScalingGroupsAPIClient
	autoscaling.DescribeInstanceRefreshesAPIClient
	scaling.Updater
	scaling.Scheduler
	CancelInstanceRefresh(context.Context, *autoscaling.CancelInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.CancelInstanceRefreshOutput, error)
	DeleteAutoScalingGroup(context.Context, *autoscaling.DeleteAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.DeleteAutoScalingGroupOutput, error)
	RollbackInstanceRefresh(context.Context, *autoscaling.RollbackInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.RollbackInstanceRefreshOutput, error)
	StartInstanceRefresh(context.Context, *autoscaling.StartInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.StartInstanceRefreshOutput, error)
}

// group removes the Auto Scaling groups of both slots with their instances and policies.
var group = Stage{
	Name:  "group",
	gate:  true,
	looks: looks("autoscaling:DescribeAutoScalingGroups"),
	changes: []step.Operation{
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "cloudwatch:DeleteAlarms", Scope: step.Named},
		{Name: "autoscaling:DeleteAutoScalingGroup", Scope: step.Owned},
	},
	prepare: stopServing,
	list:    listGroups(everySlot),
	remove:  removeGroups,
}

func everySlot(extent) []release.Slot { return release.Slots() }

// stopServing records that nothing serves before it deletes anything: a release after an
// interrupted teardown must not rely on a former one. The first time it silences the alarms, too.
func stopServing(ctx context.Context, c cloud, over extent) error {
	if over.current.Serving {
		c.silence(ctx)
	}
	return c.record(ctx, func(current *release.Current) {
		current.Serving, current.TemplateVersion, current.FormerTemplate, current.TeardownAt = false, "", "", ""
	})
}

// in describes the groups in these slots.
func (c cloud) in(ctx context.Context, slots []release.Slot) ([]types.AutoScalingGroup, error) {
	wanted := &autoscaling.DescribeAutoScalingGroupsInput{}
	for _, slot := range slots {
		wanted.AutoScalingGroupNames = append(wanted.AutoScalingGroupNames, c.settings.Environment.Group(slot))
	}
	out, err := c.groups.DescribeAutoScalingGroups(ctx, wanted)
	if err != nil {
		return nil, err
	}
	return out.AutoScalingGroups, nil
}

func listGroups(slots func(extent) []release.Slot) func(context.Context, cloud, extent) ([]inventory.Resource, error) {
	return func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		groups, err := c.in(ctx, slots(over))
		var found []inventory.Resource
		for i := range groups {
			found = append(found, inventory.Resource{
				Kind: groupKind, ID: aws.ToString(groups[i].AutoScalingGroupName), Name: aws.ToString(groups[i].Status),
				Leaving: fleet.IsDeleting(&groups[i]),
			})
		}
		return found, err
	}
}

func removeGroups(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
	for _, group := range found {
		if err := c.removeGroup(ctx, group.ID); err != nil {
			return err
		}
	}
	return nil
}

// removeGroup ignores a refusal if the group is being deleted or gone: the answer to an earlier
// call was lost, and Auto Scaling has only one code, ValidationError, for all refusals.
func (c cloud) removeGroup(ctx context.Context, name string) error {
	_, err := c.groups.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(name), ForceDelete: aws.Bool(true),
	})
	if err == nil {
		return nil
	}
	found, failure := fleet.Group(ctx, c.groups, name)
	if failure == nil && (found == nil || fleet.IsDeleting(found)) {
		return nil
	}
	return err
}
