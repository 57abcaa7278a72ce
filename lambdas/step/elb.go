package step

import (
	"context"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// ELB is the client of Elastic Load Balancing with the operations that are called, and those alone; see Clients.
type ELB elb.Client

// CreateListener calls the operation of this name.
func (c *ELB) CreateListener(ctx context.Context, in *elb.CreateListenerInput, options ...func(*elb.Options)) (*elb.CreateListenerOutput, error) {
	return (*elb.Client)(c).CreateListener(ctx, in, options...)
}

// CreateLoadBalancer calls the operation of this name.
func (c *ELB) CreateLoadBalancer(ctx context.Context, in *elb.CreateLoadBalancerInput, options ...func(*elb.Options)) (*elb.CreateLoadBalancerOutput, error) {
	return (*elb.Client)(c).CreateLoadBalancer(ctx, in, options...)
}

// CreateRule calls the operation of this name.
func (c *ELB) CreateRule(ctx context.Context, in *elb.CreateRuleInput, options ...func(*elb.Options)) (*elb.CreateRuleOutput, error) {
	return (*elb.Client)(c).CreateRule(ctx, in, options...)
}

// DeleteListener calls the operation of this name.
func (c *ELB) DeleteListener(ctx context.Context, in *elb.DeleteListenerInput, options ...func(*elb.Options)) (*elb.DeleteListenerOutput, error) {
	return (*elb.Client)(c).DeleteListener(ctx, in, options...)
}

// DeleteLoadBalancer calls the operation of this name.
func (c *ELB) DeleteLoadBalancer(ctx context.Context, in *elb.DeleteLoadBalancerInput, options ...func(*elb.Options)) (*elb.DeleteLoadBalancerOutput, error) {
	return (*elb.Client)(c).DeleteLoadBalancer(ctx, in, options...)
}

// DeleteRule calls the operation of this name.
func (c *ELB) DeleteRule(ctx context.Context, in *elb.DeleteRuleInput, options ...func(*elb.Options)) (*elb.DeleteRuleOutput, error) {
	return (*elb.Client)(c).DeleteRule(ctx, in, options...)
}

// DescribeListeners calls the operation of this name.
func (c *ELB) DescribeListeners(ctx context.Context, in *elb.DescribeListenersInput, options ...func(*elb.Options)) (*elb.DescribeListenersOutput, error) {
	return (*elb.Client)(c).DescribeListeners(ctx, in, options...)
}

// DescribeLoadBalancers calls the operation of this name.
func (c *ELB) DescribeLoadBalancers(ctx context.Context, in *elb.DescribeLoadBalancersInput, options ...func(*elb.Options)) (*elb.DescribeLoadBalancersOutput, error) {
	return (*elb.Client)(c).DescribeLoadBalancers(ctx, in, options...)
}

// DescribeRules calls the operation of this name.
func (c *ELB) DescribeRules(ctx context.Context, in *elb.DescribeRulesInput, options ...func(*elb.Options)) (*elb.DescribeRulesOutput, error) {
	return (*elb.Client)(c).DescribeRules(ctx, in, options...)
}

// DescribeTags calls the operation of this name.
func (c *ELB) DescribeTags(ctx context.Context, in *elb.DescribeTagsInput, options ...func(*elb.Options)) (*elb.DescribeTagsOutput, error) {
	return (*elb.Client)(c).DescribeTags(ctx, in, options...)
}

// DescribeTargetGroups calls the operation of this name.
func (c *ELB) DescribeTargetGroups(ctx context.Context, in *elb.DescribeTargetGroupsInput, options ...func(*elb.Options)) (*elb.DescribeTargetGroupsOutput, error) {
	return (*elb.Client)(c).DescribeTargetGroups(ctx, in, options...)
}

// DescribeTargetHealth calls the operation of this name.
func (c *ELB) DescribeTargetHealth(ctx context.Context, in *elb.DescribeTargetHealthInput, options ...func(*elb.Options)) (*elb.DescribeTargetHealthOutput, error) {
	return (*elb.Client)(c).DescribeTargetHealth(ctx, in, options...)
}

// ModifyListener calls the operation of this name.
func (c *ELB) ModifyListener(ctx context.Context, in *elb.ModifyListenerInput, options ...func(*elb.Options)) (*elb.ModifyListenerOutput, error) {
	return (*elb.Client)(c).ModifyListener(ctx, in, options...)
}

// ModifyLoadBalancerAttributes calls the operation of this name.
func (c *ELB) ModifyLoadBalancerAttributes(ctx context.Context, in *elb.ModifyLoadBalancerAttributesInput, options ...func(*elb.Options)) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	return (*elb.Client)(c).ModifyLoadBalancerAttributes(ctx, in, options...)
}

// ModifyTargetGroup calls the operation of this name.
func (c *ELB) ModifyTargetGroup(ctx context.Context, in *elb.ModifyTargetGroupInput, options ...func(*elb.Options)) (*elb.ModifyTargetGroupOutput, error) {
	return (*elb.Client)(c).ModifyTargetGroup(ctx, in, options...)
}

// SetSecurityGroups calls the operation of this name.
func (c *ELB) SetSecurityGroups(ctx context.Context, in *elb.SetSecurityGroupsInput, options ...func(*elb.Options)) (*elb.SetSecurityGroupsOutput, error) {
	return (*elb.Client)(c).SetSecurityGroups(ctx, in, options...)
}

// SetSubnets calls the operation of this name.
func (c *ELB) SetSubnets(ctx context.Context, in *elb.SetSubnetsInput, options ...func(*elb.Options)) (*elb.SetSubnetsOutput, error) {
	return (*elb.Client)(c).SetSubnets(ctx, in, options...)
}
