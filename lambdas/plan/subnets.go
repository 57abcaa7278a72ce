package plan

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

const elsewhere = "deploy with other publicSubnets or privateSubnets: gallery doctor says what each lacks"

// subnets describes the environment's subnets. In a VPC that the stack did not make, they may be gone,
// in another VPC or in one zone.
func (p planner) subnets(ctx context.Context) ([]types.Subnet, error) {
	wanted := slices.Concat(p.settings.PublicSubnets, p.settings.PrivateSubnets)
	slices.Sort(wanted)
	out, err := p.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: slices.Compact(wanted)})
	switch {
	case p.settings.VPC != "" && release.IsNotFound(err):
		return nil, release.Errorf(release.InvalidRequest, "subnets: one of %s is gone; %s: %w", strings.Join(slices.Compact(wanted), ", "), elsewhere, err)
	case err != nil:
		return nil, err
	case p.settings.VPC == "":
		return out.Subnets, nil
	}
	return out.Subnets, UnfitSubnets(p.settings.VPC, p.settings.PublicSubnets, out.Subnets)
}

// UnfitSubnets returns an InvalidRequest if subnets cannot be those of an environment in a VPC, or nil.
// A load balancer needs two zones, and a security group goes with subnets of its own VPC.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
func UnfitSubnets(vpc string, public []string, described []types.Subnet) error {
	var zones []string
	for _, subnet := range described {
		if of := aws.ToString(subnet.VpcId); of != vpc {
			return release.Errorf(release.InvalidRequest, "subnets: %s is in %s, and the environment in %s; %s", aws.ToString(subnet.SubnetId), of, vpc, elsewhere)
		}
		if zone := aws.ToString(subnet.AvailabilityZone); slices.Contains(public, aws.ToString(subnet.SubnetId)) && !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	if len(zones) < 2 {
		return release.Errorf(release.InvalidRequest, "subnets: %s are in %s alone, and a load balancer needs two zones; %s", strings.Join(public, " and "), strings.Join(zones, ""), elsewhere)
	}
	return nil
}
