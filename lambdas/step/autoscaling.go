package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

// AutoScaling is the client of Auto Scaling with the operations that are called, and those alone; see Clients.
type AutoScaling autoscaling.Client

// CancelInstanceRefresh calls the operation of this name.
func (c *AutoScaling) CancelInstanceRefresh(ctx context.Context, in *autoscaling.CancelInstanceRefreshInput, options ...func(*autoscaling.Options)) (*autoscaling.CancelInstanceRefreshOutput, error) {
	return (*autoscaling.Client)(c).CancelInstanceRefresh(ctx, in, options...)
}

// CreateAutoScalingGroup calls the operation of this name.
func (c *AutoScaling) CreateAutoScalingGroup(ctx context.Context, in *autoscaling.CreateAutoScalingGroupInput, options ...func(*autoscaling.Options)) (*autoscaling.CreateAutoScalingGroupOutput, error) {
	return (*autoscaling.Client)(c).CreateAutoScalingGroup(ctx, in, options...)
}

// DeleteAutoScalingGroup calls the operation of this name.
func (c *AutoScaling) DeleteAutoScalingGroup(ctx context.Context, in *autoscaling.DeleteAutoScalingGroupInput, options ...func(*autoscaling.Options)) (*autoscaling.DeleteAutoScalingGroupOutput, error) {
	return (*autoscaling.Client)(c).DeleteAutoScalingGroup(ctx, in, options...)
}

// DeleteScheduledAction calls the operation of this name.
func (c *AutoScaling) DeleteScheduledAction(ctx context.Context, in *autoscaling.DeleteScheduledActionInput, options ...func(*autoscaling.Options)) (*autoscaling.DeleteScheduledActionOutput, error) {
	return (*autoscaling.Client)(c).DeleteScheduledAction(ctx, in, options...)
}

// DescribeAutoScalingGroups calls the operation of this name.
func (c *AutoScaling) DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, options ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	return (*autoscaling.Client)(c).DescribeAutoScalingGroups(ctx, in, options...)
}

// DescribeInstanceRefreshes calls the operation of this name.
func (c *AutoScaling) DescribeInstanceRefreshes(ctx context.Context, in *autoscaling.DescribeInstanceRefreshesInput, options ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	return (*autoscaling.Client)(c).DescribeInstanceRefreshes(ctx, in, options...)
}

// DescribePolicies calls the operation of this name.
func (c *AutoScaling) DescribePolicies(ctx context.Context, in *autoscaling.DescribePoliciesInput, options ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error) {
	return (*autoscaling.Client)(c).DescribePolicies(ctx, in, options...)
}

// DescribeScalingActivities calls the operation of this name.
func (c *AutoScaling) DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, options ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	return (*autoscaling.Client)(c).DescribeScalingActivities(ctx, in, options...)
}

// DescribeScheduledActions calls the operation of this name.
func (c *AutoScaling) DescribeScheduledActions(ctx context.Context, in *autoscaling.DescribeScheduledActionsInput, options ...func(*autoscaling.Options)) (*autoscaling.DescribeScheduledActionsOutput, error) {
	return (*autoscaling.Client)(c).DescribeScheduledActions(ctx, in, options...)
}

// PutScalingPolicy calls the operation of this name.
func (c *AutoScaling) PutScalingPolicy(ctx context.Context, in *autoscaling.PutScalingPolicyInput, options ...func(*autoscaling.Options)) (*autoscaling.PutScalingPolicyOutput, error) {
	return (*autoscaling.Client)(c).PutScalingPolicy(ctx, in, options...)
}

// PutScheduledUpdateGroupAction calls the operation of this name.
func (c *AutoScaling) PutScheduledUpdateGroupAction(ctx context.Context, in *autoscaling.PutScheduledUpdateGroupActionInput, options ...func(*autoscaling.Options)) (*autoscaling.PutScheduledUpdateGroupActionOutput, error) {
	return (*autoscaling.Client)(c).PutScheduledUpdateGroupAction(ctx, in, options...)
}

// RollbackInstanceRefresh calls the operation of this name.
func (c *AutoScaling) RollbackInstanceRefresh(ctx context.Context, in *autoscaling.RollbackInstanceRefreshInput, options ...func(*autoscaling.Options)) (*autoscaling.RollbackInstanceRefreshOutput, error) {
	return (*autoscaling.Client)(c).RollbackInstanceRefresh(ctx, in, options...)
}

// StartInstanceRefresh calls the operation of this name.
func (c *AutoScaling) StartInstanceRefresh(ctx context.Context, in *autoscaling.StartInstanceRefreshInput, options ...func(*autoscaling.Options)) (*autoscaling.StartInstanceRefreshOutput, error) {
	return (*autoscaling.Client)(c).StartInstanceRefresh(ctx, in, options...)
}

// TerminateInstanceInAutoScalingGroup calls the operation of this name.
func (c *AutoScaling) TerminateInstanceInAutoScalingGroup(ctx context.Context, in *autoscaling.TerminateInstanceInAutoScalingGroupInput, options ...func(*autoscaling.Options)) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, error) {
	return (*autoscaling.Client)(c).TerminateInstanceInAutoScalingGroup(ctx, in, options...)
}

// UpdateAutoScalingGroup calls the operation of this name.
func (c *AutoScaling) UpdateAutoScalingGroup(ctx context.Context, in *autoscaling.UpdateAutoScalingGroupInput, options ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error) {
	return (*autoscaling.Client)(c).UpdateAutoScalingGroup(ctx, in, options...)
}
