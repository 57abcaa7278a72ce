package state

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

// entrance checks load balancer, listener and target group.
func (e Environment) entrance(ctx context.Context, targetGroup string, found *differences) error {
	balancers, err := e.ELB.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{e.Name.Name()}})
	if err != nil {
		return err
	}
	balancer := balancers.LoadBalancers[0]
	found.want("the load balancer's scheme", balancer.Scheme, types.LoadBalancerSchemeEnumInternetFacing)
	found.want("its zones", len(balancer.AvailabilityZones), 2)
	found.want("its security groups", len(balancer.SecurityGroups), 1)
	listeners, err := e.ELB.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
	if err != nil {
		return err
	}
	found.want("listeners", len(listeners.Listeners), 1)
	for _, listener := range listeners.Listeners {
		found.want("the listener's port", *listener.Port, int32(80))
		found.want("where it leads", leadsTo(listener.DefaultActions[0]), []string{targetGroup})
	}
	groups, err := e.ELB.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{targetGroup}})
	if err != nil {
		return err
	}
	found.want("the target group's health check", aws.ToString(groups.TargetGroups[0].HealthCheckPath), "/")
	tags, err := e.ELB.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: []string{*balancer.LoadBalancerArn}})
	if err != nil {
		return err
	}
	found.want("the load balancer's tag", slices.ContainsFunc(tags.TagDescriptions[0].Tags, func(tag types.Tag) bool {
		return *tag.Key == release.TagEnvironment && *tag.Value == string(e.Name)
	}), true)
	return nil
}

// leadsTo lists the target groups that get requests from an action. A single one has its ARN in the
// action itself, too.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
func leadsTo(action types.Action) (groups []string) {
	if action.ForwardConfig == nil {
		return []string{aws.ToString(action.TargetGroupArn)}
	}
	for _, group := range action.ForwardConfig.TargetGroups {
		if len(action.ForwardConfig.TargetGroups) == 1 || aws.ToInt32(group.Weight) > 0 {
			groups = append(groups, aws.ToString(group.TargetGroupArn))
		}
	}
	return groups
}

// balancers counts the environment's load balancers by their name.
func (e Environment) balancers(ctx context.Context) (int, error) {
	out, err := e.ELB.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{e.Name.Name()}})
	if release.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return len(out.LoadBalancers), nil
}
