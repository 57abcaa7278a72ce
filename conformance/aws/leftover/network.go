package leftover

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// The parts of the stack's network cost nothing, but count toward quotas. The network itself comes
// last, because it can only be deleted last.

func (s *sweep) endpoints(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeVpcEndpointsPaginator((*ec2.Client)(s.EC2), &ec2.DescribeVpcEndpointsInput{Filters: s.tagged()}), func(page *ec2.DescribeVpcEndpointsOutput) {
		for _, endpoint := range page.VpcEndpoints {
			if !strings.EqualFold(string(endpoint.State), string(types.StateDeleted)) { // EC2 writes it in lower case
				s.addOfEC2("vpc-endpoint", endpoint.VpcEndpointId)
			}
		}
	})
}

func (s *sweep) flowLogs(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeFlowLogsPaginator((*ec2.Client)(s.EC2), &ec2.DescribeFlowLogsInput{Filter: s.tagged()}), func(page *ec2.DescribeFlowLogsOutput) {
		for _, log := range page.FlowLogs {
			s.addOfEC2("vpc-flow-log", log.FlowLogId)
		}
	})
}

func (s *sweep) securityGroups(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeSecurityGroupsPaginator(s.EC2, &ec2.DescribeSecurityGroupsInput{Filters: s.tagged()}), func(page *ec2.DescribeSecurityGroupsOutput) {
		for _, group := range page.SecurityGroups {
			s.addOfEC2("security-group", group.GroupId)
		}
	})
}

func (s *sweep) subnets(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeSubnetsPaginator(s.EC2, &ec2.DescribeSubnetsInput{Filters: s.tagged()}), func(page *ec2.DescribeSubnetsOutput) {
		for _, subnet := range page.Subnets {
			s.addOfEC2("subnet", subnet.SubnetId)
		}
	})
}

func (s *sweep) routeTables(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeRouteTablesPaginator(s.EC2, &ec2.DescribeRouteTablesInput{Filters: s.tagged()}), func(page *ec2.DescribeRouteTablesOutput) {
		for _, table := range page.RouteTables {
			s.addOfEC2("route-table", table.RouteTableId)
		}
	})
}

func (s *sweep) gateways(ctx context.Context) error {
	if err := each(ctx, ec2.NewDescribeInternetGatewaysPaginator(s.EC2, &ec2.DescribeInternetGatewaysInput{Filters: s.tagged()}), func(page *ec2.DescribeInternetGatewaysOutput) {
		for _, gateway := range page.InternetGateways {
			var commands []string
			for _, attached := range gateway.Attachments {
				commands = append(commands, "aws ec2 detach-internet-gateway --internet-gateway-id "+aws.ToString(gateway.InternetGatewayId)+" --vpc-id "+aws.ToString(attached.VpcId))
			}
			s.addOfEC2("internet-gateway", gateway.InternetGatewayId, commands...)
		}
	}); err != nil {
		return err
	}
	// Moto is known not to filter these.
	pages := ec2.NewDescribeEgressOnlyInternetGatewaysPaginator((*ec2.Client)(s.EC2), &ec2.DescribeEgressOnlyInternetGatewaysInput{Filters: s.tagged()})
	return each(ctx, pages, func(page *ec2.DescribeEgressOnlyInternetGatewaysOutput) {
		for _, gateway := range page.EgressOnlyInternetGateways {
			if inventory.Tag(gateway.Tags, release.TagEnvironment) == string(s.environment) {
				s.addOfEC2("egress-only-internet-gateway", gateway.EgressOnlyInternetGatewayId)
			}
		}
	})
}

func (s *sweep) networks(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeVpcsPaginator(s.EC2, &ec2.DescribeVpcsInput{Filters: s.tagged()}), func(page *ec2.DescribeVpcsOutput) {
		for _, network := range page.Vpcs {
			s.addOfEC2("vpc", network.VpcId)
		}
	})
}
