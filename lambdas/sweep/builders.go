package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const instanceKind = "instance"

type instanceAPI interface {
	ec2.DescribeInstancesAPIClient
	inventory.InstanceTerminator
}

// builders removes the builders of one release, or every instance of the environment.
var builders = Stage{
	Name:    "builders",
	looks:   looks("ec2:DescribeInstances"),
	changes: []step.Operation{{Name: "ec2:TerminateInstances", Scope: step.Owned}},
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		return inventory.Instances(ctx, c.instances, c.settings.Environment, over.covers)
	},
	remove: func(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
		return inventory.TerminateInstances(ctx, c.instances, found)
	},
}

func (e extent) covers(instance types.Instance) bool {
	return e.release == "" || inventory.IsBuilder(instance) && inventory.Tag(instance.Tags, release.TagRelease) == e.release
}
