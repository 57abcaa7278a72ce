// Package fleet holds the steps of the launch template, the Auto Scaling group and its instance
// refreshes.
package fleet

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Group describes a group by its name, or returns nil if there is none. It also returns a group that
// is being deleted; see IsDeleting.
func Group(ctx context.Context, api autoscaling.DescribeAutoScalingGroupsAPIClient, name string) (*types.AutoScalingGroup, error) {
	out, err := api.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{name},
	})
	if err != nil || len(out.AutoScalingGroups) == 0 {
		return nil, err
	}
	return &out.AutoScalingGroups[0], nil
}

// IsDeleting reports whether AWS is deleting the group. The name cannot be used until it is gone. A
// group has a status at no other time.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
func IsDeleting(group *types.AutoScalingGroup) bool { return aws.ToString(group.Status) != "" }

// InService lists the instances that the group regards as in service and healthy.
func InService(group *types.AutoScalingGroup) []types.Instance {
	var serving []types.Instance
	for _, instance := range group.Instances {
		if instance.LifecycleState == types.LifecycleStateInService && aws.ToString(instance.HealthStatus) == "Healthy" {
			serving = append(serving, instance)
		}
	}
	return serving
}

// VersionOf returns the number of the launch template version of an instance or a group, or "" if
// none is known.
func VersionOf(template *types.LaunchTemplateSpecification) string {
	if template == nil {
		return ""
	}
	return aws.ToString(template.Version)
}
