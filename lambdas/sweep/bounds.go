package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// bounds restores the group's bounds of the serving release, those in force at this hour. A record
// without bounds restores nothing.
var bounds = Stage{
	Name:  "bounds",
	looks: looks("autoscaling:DescribeAutoScalingGroups"),
	changes: []step.Operation{
		{Name: "autoscaling:UpdateAutoScalingGroup", Scope: step.Owned},
	},
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		found, err := fleet.Group(ctx, c.groups, c.serving(over))
		if err != nil || found == nil || fleet.IsDeleting(found) || over.current.MaxSize == 0 {
			return nil, err
		}
		bounds := release.Bounds{MinSize: int(aws.ToInt32(found.MinSize)), MaxSize: int(aws.ToInt32(found.MaxSize))}
		wanted := over.current.Bounds(time.Now())
		if bounds == wanted {
			return nil, nil
		}
		return []inventory.Resource{{
			Kind: groupKind, ID: aws.ToString(found.AutoScalingGroupName),
			Name: fmt.Sprintf("%d to %d instances instead of %d to %d", bounds.MinSize, bounds.MaxSize, wanted.MinSize, wanted.MaxSize),
		}}, nil
	},
	remove: func(ctx context.Context, c cloud, over extent, _ []inventory.Resource) error {
		return scaling.SetBounds(ctx, c.groups, c.serving(over), over.current.Bounds, 0)
	},
}
