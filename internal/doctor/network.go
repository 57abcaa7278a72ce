package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	cloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/internal/vpc"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// The stack's outputs for a VPC that it did not make.
const (
	vpcOutput     = "VpcId"
	publicOutput  = "PublicSubnetIds"
	privateOutput = "PrivateSubnetIds"
)

// ownNetwork is a VPC of the user's own, as the stack names it, or empty.
type ownNetwork struct {
	vpc             string
	public, private []string
}

func ownNetworkOf(stack cloudformation.Stack) ownNetwork {
	return ownNetwork{output(stack, vpcOutput), strings.Split(output(stack, publicOutput), ","), strings.Split(output(stack, privateOutput), ",")}
}

// network looks for what the subnets of the option vpc lack. A stack's own network lacks nothing.
func (e *examination) network(ctx context.Context) Finding {
	if e.own.vpc == "" {
		return Finding{}
	}
	all := slices.Sorted(slices.Values(slices.Concat(e.own.public, e.own.private)))
	out, err := e.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: slices.Compact(all)})
	if release.IsNotFound(err) {
		return well("%s", release.Classify(err).Message).but(Failed, "%s", e.anotherNetwork())
	}
	if err != nil {
		return e.unseen(err)
	}
	if err := plan.UnfitSubnets(e.own.vpc, e.own.public, out.Subnets); err != nil {
		return well("%s", release.Classify(err).Message).but(Failed, "%s", e.anotherNetwork())
	}
	ways, err := vpc.ReadWays(ctx, e.EC2, e.own.vpc, e.Config.Region)
	if err != nil {
		return e.unseen(err)
	}
	return e.judge(ways)
}

func (e *examination) anotherNetwork() string {
	return fmt.Sprintf("Run `npx cdk destroy`, which leaves the photos, and deploy with subnets of %s that fit.", e.own.vpc)
}

// judge names all subnets that lack a way out. Builders have a public IPv4 address; instances of the
// fleet have none, so that an internet gateway is no way out for them.
func (e *examination) judge(w vpc.Ways) Finding {
	var needs []string
	for _, subnet := range e.own.public {
		if !w.IsPublic(subnet) {
			needs = append(needs, subnet+" has no route 0.0.0.0/0 to an internet gateway, by which visitors come and builders fetch packages")
		}
	}
	for _, subnet := range e.own.private {
		if !w.ReachesS3(subnet) {
			needs = append(needs, subnet+" has no way to S3, where the photos are: neither a gateway endpoint nor a NAT gateway")
		}
	}
	if len(needs) > 0 {
		return well("%s", strings.Join(needs, "; ")).but(Failed, "Add to the subnets' route tables what they lack, such as a gateway endpoint of S3, which is free: `%s`.", vpc.EndpointCommand(e.own.vpc, e.Config.Region, "ID"))
	}
	f := well("%s and %s of %s", strings.Join(e.own.public, " and "), strings.Join(e.own.private, " and "), e.own.vpc)
	if silent := slices.DeleteFunc(slices.Clone(e.own.private), w.LeadsOut); len(silent) > 0 {
		f.Saw += fmt.Sprintf("; from %s instances cannot send their logs", strings.Join(silent, " and "))
		return f.but(Warning, "If you want their logs, give the subnets IPv6 with an egress-only internet gateway, which is free, or a NAT gateway.")
	}
	return f
}
