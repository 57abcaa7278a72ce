// Package builder holds the steps that launch the builder of an image or the instance of a command,
// await its result and terminate it.
package builder

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// of lists the builders of one release, in any state.
func of(ctx context.Context, api ec2.DescribeInstancesAPIClient, environment release.Environment, name string) ([]types.Instance, error) {
	var builders []types.Instance
	pages := ec2.NewDescribeInstancesPaginator(api, &ec2.DescribeInstancesInput{Filters: inventory.Filters(environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				if isBuilder(instance, environment) && inventory.Tag(instance.Tags, release.TagRelease) == name {
					builders = append(builders, instance)
				}
			}
		}
	}
	return builders, nil
}

// describe returns nil for an instance that is not found: it is too new or has been gone for long.
func describe(ctx context.Context, api ec2.DescribeInstancesAPIClient, id string) (*types.Instance, error) {
	out, err := api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if release.IsNotFound(err) {
		return nil, nil
	}
	if err != nil || len(out.Reservations) == 0 || len(out.Reservations[0].Instances) == 0 {
		return nil, err
	}
	return &out.Reservations[0].Instances[0], nil
}

func isBuilder(instance types.Instance, environment release.Environment) bool {
	return inventory.Tag(instance.Tags, release.TagEnvironment) == string(environment) && inventory.IsBuilder(instance)
}

func state(instance types.Instance) types.InstanceStateName {
	if instance.State == nil {
		return ""
	}
	return instance.State.Name
}

func zoneOf(instance types.Instance) string {
	if instance.Placement == nil {
		return ""
	}
	return aws.ToString(instance.Placement.AvailabilityZone)
}
