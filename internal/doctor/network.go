package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

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
	ways, err := e.readWays(ctx)
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
func (e *examination) judge(w ways) Finding {
	var needs []string
	for _, subnet := range e.own.public {
		if !w.isPublic(subnet) {
			needs = append(needs, subnet+" has no route 0.0.0.0/0 to an internet gateway, by which visitors come and builders fetch packages")
		}
	}
	for _, subnet := range e.own.private {
		if !w.reachesS3(subnet) {
			needs = append(needs, subnet+" has no way to S3, where the photos are: neither a gateway endpoint nor a NAT gateway")
		}
	}
	if len(needs) > 0 {
		return well("%s", strings.Join(needs, "; ")).but(Failed, "Add to the subnets' route tables what they lack, such as a gateway endpoint of S3, which is free: `aws ec2 create-vpc-endpoint --vpc-id %s --service-name com.amazonaws.%s.s3 --route-table-ids ID`.", e.own.vpc, e.Config.Region)
	}
	f := well("%s and %s of %s", strings.Join(e.own.public, " and "), strings.Join(e.own.private, " and "), e.own.vpc)
	if silent := slices.DeleteFunc(slices.Clone(e.own.private), w.leadsOut); len(silent) > 0 {
		f.Saw += fmt.Sprintf("; from %s instances cannot send their logs", strings.Join(silent, " and "))
		return f.but(Warning, "If you want their logs, give the subnets IPv6 with an egress-only internet gateway, which is free, or a NAT gateway.")
	}
	return f
}

// ways are the routes out of a VPC.
type ways struct {
	tables    map[string]types.RouteTable // by subnet
	main      types.RouteTable            // of the other subnets
	toStorage []types.VpcEndpoint         // endpoints of S3
}

func (e *examination) readWays(ctx context.Context) (ways, error) {
	w := ways{tables: map[string]types.RouteTable{}}
	of := types.Filter{Name: aws.String("vpc-id"), Values: []string{e.own.vpc}}
	pages := ec2.NewDescribeRouteTablesPaginator(e.EC2, &ec2.DescribeRouteTablesInput{Filters: []types.Filter{of}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return w, err
		}
		for _, table := range page.RouteTables {
			w.add(table)
		}
	}
	out, err := e.EC2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: []types.Filter{
		of, {Name: aws.String("service-name"), Values: []string{"com.amazonaws." + e.Config.Region + ".s3"}},
	}})
	if err == nil {
		w.toStorage = out.VpcEndpoints
	}
	return w, err
}

func (w *ways) add(table types.RouteTable) {
	for _, association := range table.Associations {
		if aws.ToBool(association.Main) {
			w.main = table
		}
		if association.SubnetId != nil {
			w.tables[*association.SubnetId] = table
		}
	}
}

// tableOf returns the route table of a subnet: the VPC's main one, if it has none of its own.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
func (w ways) tableOf(subnet string) types.RouteTable {
	if own, hasOwn := w.tables[subnet]; hasOwn {
		return own
	}
	return w.main
}

func (w ways) isPublic(subnet string) bool {
	return slices.ContainsFunc(w.tableOf(subnet).Routes, func(r types.Route) bool {
		return isEverywhere(r) && strings.HasPrefix(aws.ToString(r.GatewayId), "igw-")
	})
}

// leadsOut reports whether instances without a public IPv4 address reach the internet.
func (w ways) leadsOut(subnet string) bool {
	return slices.ContainsFunc(w.tableOf(subnet).Routes, func(r types.Route) bool {
		byIPv6 := aws.ToString(r.DestinationIpv6CidrBlock) == "::/0" && r.State == types.RouteStateActive
		return byIPv6 || leadsOutByIPv4(r)
	})
}

// reachesS3 reports whether they reach S3, which they ask by IPv4.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
func (w ways) reachesS3(subnet string) bool {
	table := w.tableOf(subnet)
	return slices.ContainsFunc(table.Routes, leadsOutByIPv4) || slices.ContainsFunc(w.toStorage, func(endpoint types.VpcEndpoint) bool {
		return slices.Contains(endpoint.RouteTableIds, aws.ToString(table.RouteTableId)) || aws.ToBool(endpoint.PrivateDnsEnabled)
	})
}

func leadsOutByIPv4(r types.Route) bool {
	return isEverywhere(r) && !strings.HasPrefix(aws.ToString(r.GatewayId), "igw-")
}

func isEverywhere(r types.Route) bool {
	return aws.ToString(r.DestinationCidrBlock) == "0.0.0.0/0" && r.State == types.RouteStateActive
}
