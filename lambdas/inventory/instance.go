package inventory

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

// InstanceTerminator is the part of the EC2 client that TerminateInstances uses.
type InstanceTerminator interface {
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput, ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

// Instances lists the environment's instances that are not terminated and that which selects. An
// instance that is shutting down is Leaving. The name is the instance's role.
func Instances(ctx context.Context, api ec2.DescribeInstancesAPIClient, environment release.Environment, which func(types.Instance) bool) ([]Resource, error) {
	var found []Resource
	pages := ec2.NewDescribeInstancesPaginator(api, &ec2.DescribeInstancesInput{Filters: Filters(environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				if instance.State == nil || instance.State.Name == types.InstanceStateNameTerminated || !which(instance) {
					continue
				}
				found = append(found, Resource{
					Kind: "instance", ID: aws.ToString(instance.InstanceId), Name: Tag(instance.Tags, release.TagRole),
					Leaving: instance.State.Name == types.InstanceStateNameShuttingDown,
				})
			}
		}
	}
	return found, nil
}

// IsBuilder reports whether the instance is a builder or a runner, of any execution: it ends with it.
func IsBuilder(instance types.Instance) bool {
	return isOf(instance, release.RoleBuilder) || IsRunner(instance)
}

// IsRunner reports whether the instance runs a command once.
func IsRunner(instance types.Instance) bool { return isOf(instance, release.RoleRunner) }

func isOf(instance types.Instance, role string) bool {
	return Tag(instance.Tags, release.TagRole) == role
}

// TerminateInstances terminates each instance in its own call, because one unknown ID fails the
// whole call. It skips instances that are shutting down, and returns the joined errors.
func TerminateInstances(ctx context.Context, api InstanceTerminator, found []Resource) error {
	var failed []error
	for _, instance := range found {
		if instance.Leaving {
			continue
		}
		_, err := api.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{instance.ID}})
		if !release.IsNotFound(err) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
