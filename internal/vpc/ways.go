// Package vpc reads a VPC that the stack has not made: where its subnets lead, and which of them an
// environment can use.
package vpc

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// API is the part of EC2's client that this package calls.
type API interface {
	ec2.DescribeSubnetsAPIClient
	ec2.DescribeRouteTablesAPIClient
	ec2.DescribeVpcEndpointsAPIClient
}

// Ways are the routes out of a VPC.
type Ways struct {
	tables    map[string]types.RouteTable // by subnet
	main      types.RouteTable            // of the other subnets
	toStorage []types.VpcEndpoint         // endpoints of S3
}

// ReadWays reads those of a VPC in a region. Its errors are AWS's.
func ReadWays(ctx context.Context, api API, vpc, region string) (Ways, error) {
	w := Ways{tables: map[string]types.RouteTable{}}
	pages := ec2.NewDescribeRouteTablesPaginator(api, &ec2.DescribeRouteTablesInput{Filters: of(vpc)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return w, err
		}
		for _, table := range page.RouteTables {
			w.add(table)
		}
	}
	out, err := api.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{
		Filters: append(of(vpc), types.Filter{Name: aws.String("service-name"), Values: []string{storage(region)}}),
	})
	if err == nil {
		w.toStorage = out.VpcEndpoints
	}
	return w, err
}

func of(vpc string) []types.Filter {
	return []types.Filter{{Name: aws.String("vpc-id"), Values: []string{vpc}}}
}

// storage names S3 as the service of an endpoint.
func storage(region string) string { return "com.amazonaws." + region + ".s3" }

func (w *Ways) add(table types.RouteTable) {
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
func (w Ways) tableOf(subnet string) types.RouteTable {
	if own, hasOwn := w.tables[subnet]; hasOwn {
		return own
	}
	return w.main
}

// IsPublic reports whether instances with a public IPv4 address reach the internet, and are reached.
func (w Ways) IsPublic(subnet string) bool {
	return slices.ContainsFunc(w.tableOf(subnet).Routes, func(r types.Route) bool {
		return isEverywhere(r) && strings.HasPrefix(aws.ToString(r.GatewayId), "igw-")
	})
}

// LeadsOut reports whether instances without a public IPv4 address reach the internet.
func (w Ways) LeadsOut(subnet string) bool {
	return slices.ContainsFunc(w.tableOf(subnet).Routes, func(r types.Route) bool {
		byIPv6 := aws.ToString(r.DestinationIpv6CidrBlock) == "::/0" && r.State == types.RouteStateActive
		return byIPv6 || leadsOutByIPv4(r)
	})
}

// ReachesS3 reports whether they reach S3, which they ask by IPv4.
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
func (w Ways) ReachesS3(subnet string) bool {
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
