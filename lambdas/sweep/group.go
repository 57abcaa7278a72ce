package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

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
	CancelInstanceRefresh(context.Context, *autoscaling.CancelInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.CancelInstanceRefreshOutput, error)
	DeleteAutoScalingGroup(context.Context, *autoscaling.DeleteAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.DeleteAutoScalingGroupOutput, error)
	RollbackInstanceRefresh(context.Context, *autoscaling.RollbackInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.RollbackInstanceRefreshOutput, error)
	StartInstanceRefresh(context.Context, *autoscaling.StartInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.StartInstanceRefreshOutput, error)
}

// group removes the Auto Scaling group with its instances and policies.
var group = Stage{
	Name:  "group",
	gate:  true,
	looks: looks("autoscaling:DescribeAutoScalingGroups"),
	changes: []step.Operation{
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "autoscaling:DeleteAutoScalingGroup", Scope: step.Owned},
	},
	prepare: stopServing,
	list:    listGroup,
	remove:  removeGroup,
}

// stopServing records that nothing serves before it deletes anything: a release after an
// interrupted teardown must not rely on a former one.
func stopServing(ctx context.Context, c cloud, _ extent) error {
	return c.record(ctx, func(current *release.Current) {
		current.Serving, current.TemplateVersion, current.FormerTemplate, current.TeardownAt = false, "", "", ""
	})
}

func listGroup(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
	found, err := fleet.Group(ctx, c.groups, c.settings.Environment)
	if err != nil || found == nil {
		return nil, err
	}
	return []inventory.Resource{{
		Kind: groupKind, ID: aws.ToString(found.AutoScalingGroupName), Name: aws.ToString(found.Status),
		Leaving: fleet.Deleting(found),
	}}, nil
}

// removeGroup ignores a refusal if the group is being deleted or gone: the answer to an earlier
// call was lost, and Auto Scaling has only one code, ValidationError, for all refusals.
func removeGroup(ctx context.Context, c cloud, _ extent, _ []inventory.Resource) error {
	_, err := c.groups.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(c.settings.Environment.Name()), ForceDelete: aws.Bool(true),
	})
	if err == nil {
		return nil
	}
	found, failure := fleet.Group(ctx, c.groups, c.settings.Environment)
	if failure == nil && (found == nil || fleet.Deleting(found)) {
		return nil
	}
	return err
}
