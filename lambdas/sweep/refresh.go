package sweep

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const refreshKind = "instance refresh"

// refresh cancels an instance refresh in progress before the group is deleted.
var refresh = Stage{
	Name:    "refresh",
	gate:    true,
	looks:   looks("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes"),
	changes: []step.Operation{{Name: "autoscaling:CancelInstanceRefresh", Scope: step.Owned}},
	list:    listRefresh,
	remove: func(ctx context.Context, c cloud, _ extent, _ []inventory.Resource) error {
		groups, err := c.in(ctx, release.Slots())
		if err != nil {
			return err
		}
		for _, group := range groups {
			if err := c.cancelRefresh(ctx, aws.ToString(group.AutoScalingGroupName)); err != nil {
				return err
			}
		}
		return nil
	},
}

// listRefresh asks only for the groups that there are, because AWS refuses others.
func listRefresh(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
	groups, err := c.in(ctx, release.Slots())
	if err != nil {
		return nil, err
	}
	var found []inventory.Resource
	for i := range groups {
		active, err := c.activeRefresh(ctx, &groups[i])
		if err != nil {
			return nil, err
		}
		if active != nil {
			found = append(found, inventory.Resource{
				Kind: refreshKind, ID: aws.ToString(active.InstanceRefreshId), Name: course(active),
				Leaving: active.Status == types.InstanceRefreshStatusCancelling,
			})
		}
	}
	return found, nil
}

// course describes the progress of a refresh, and says that more instances may be launched if that
// is so: no list has those yet.
func course(active *types.InstanceRefresh) string {
	text := fmt.Sprintf("%s, %d %%", active.Status, aws.ToInt32(active.PercentageComplete))
	switch active.Status {
	case types.InstanceRefreshStatusBaking, types.InstanceRefreshStatusCancelling:
		return text
	}
	return text + ", continues to launch instances until it is canceled or its group is deleted"
}

// activeRefresh returns the group's refresh in progress, or nil if there is none.
func (c cloud) activeRefresh(ctx context.Context, group *types.AutoScalingGroup) (*types.InstanceRefresh, error) {
	if fleet.IsDeleting(group) {
		return nil, nil
	}
	refreshes, err := fleet.Refreshes(ctx, c.groups, aws.ToString(group.AutoScalingGroupName))
	return fleet.ActiveRefresh(refreshes), err
}

// cancelRefresh ignores the refusal if there is no refresh, or it has ended in the meantime.
func (c cloud) cancelRefresh(ctx context.Context, group string) error {
	_, err := c.groups.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{
		AutoScalingGroupName: aws.String(group),
	})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}
