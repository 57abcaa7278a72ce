package elb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// setSecurityGroups replaces all groups of a load balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html
func (s *Service) setSecurityGroups(in *elb.SetSecurityGroupsInput) (*elb.SetSecurityGroupsOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	b.settings.securityGroups = slices.Sorted(slices.Values(in.SecurityGroups))
	b.SecurityGroups = b.settings.securityGroups
	return &elb.SetSecurityGroupsOutput{SecurityGroupIds: b.SecurityGroups}, nil
}

// setSubnets replaces all subnets of a load balancer, under the same rules as its creation.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
func (s *Service) setSubnets(in *elb.SetSubnetsInput) (*elb.SetSubnetsOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	zones, err := s.zones(in.Subnets)
	if err != nil {
		return nil, err
	}
	b.settings.subnets = slices.Sorted(slices.Values(in.Subnets))
	b.AvailabilityZones = zones
	return &elb.SetSubnetsOutput{AvailabilityZones: zones}, nil
}
