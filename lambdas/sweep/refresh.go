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
		return c.cancelRefresh(ctx)
	},
}

func listRefresh(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
	_, active, err := c.groupAndRefresh(ctx)
	if err != nil || active == nil {
		return nil, err
	}
	return []inventory.Resource{{
		Kind: refreshKind, ID: aws.ToString(active.InstanceRefreshId), Name: course(active),
		Leaving: active.Status == types.InstanceRefreshStatusCancelling,
	}}, nil
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

// groupAndRefresh returns the environment's group and its refresh in progress, each nil if there is
// none.
func (c cloud) groupAndRefresh(ctx context.Context) (*types.AutoScalingGroup, *types.InstanceRefresh, error) {
	found, err := fleet.Group(ctx, c.groups, c.settings.Environment)
	if err != nil || found == nil || fleet.Deleting(found) {
		return nil, nil, err
	}
	refreshes, err := fleet.Refreshes(ctx, c.groups, c.settings.Environment)
	if err != nil {
		return nil, nil, err
	}
	return found, fleet.ActiveRefresh(refreshes), nil
}

// cancelRefresh ignores the refusal if the refresh has ended in the meantime.
func (c cloud) cancelRefresh(ctx context.Context) error {
	_, err := c.groups.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{
		AutoScalingGroupName: aws.String(c.settings.Environment.Name()),
	})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}
