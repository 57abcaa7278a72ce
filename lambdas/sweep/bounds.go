package sweep

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/step"
)

// bounds restores the group's bounds of the serving release. A record without bounds restores
// nothing.
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
		least, most := int(aws.ToInt32(found.MinSize)), int(aws.ToInt32(found.MaxSize))
		if least == over.current.MinSize && most == over.current.MaxSize {
			return nil, nil
		}
		return []inventory.Resource{{
			Kind: groupKind, ID: aws.ToString(found.AutoScalingGroupName),
			Name: fmt.Sprintf("%d to %d instances instead of %d to %d", least, most, over.current.MinSize, over.current.MaxSize),
		}}, nil
	},
	remove: func(ctx context.Context, c cloud, over extent, _ []inventory.Resource) error {
		return scaling.SetBounds(ctx, c.groups, c.serving(over), over.current.MinSize, over.current.MaxSize, 0)
	},
}
