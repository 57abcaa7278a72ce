package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/release"
	"photogallery/lambdas/owned"
	"photogallery/lambdas/step"
)

const instanceKind = "instance"

type instanceAPI interface {
	ec2.DescribeInstancesAPIClient
	owned.InstanceTerminator
}

// builders are the builders of one release, or every instance of the environment.
var builders = Stage{
	Name:    "builders",
	looks:   looks("ec2:DescribeInstances"),
	changes: []step.Operation{{Name: "ec2:TerminateInstances", Scope: step.Owned}},
	list: func(ctx context.Context, c cloud, over extent) ([]owned.Resource, error) {
		return owned.Instances(ctx, c.instances, c.settings.Environment, over.covers)
	},
	remove: func(ctx context.Context, c cloud, _ extent, found []owned.Resource) error {
		return owned.TerminateInstances(ctx, c.instances, found)
	},
}

func (e extent) covers(instance types.Instance) bool {
	return e.release == "" || owned.IsBuilder(instance) && owned.Tag(instance.Tags, release.TagRelease) == e.release
}
