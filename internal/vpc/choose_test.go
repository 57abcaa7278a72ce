package vpc_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/vpc"
	"photogallery/release"
)

// account has a VPC with subnets such as "open1 a", whose names begin as that of their route table and end with their zone.
// The route table open leads to an internet gateway, and closed, the main one, to nothing.
type account struct {
	subnets   []string
	endpoints []string // route tables with a gateway endpoint of S3
}

func (a account) DescribeSubnets(context.Context, *ec2.DescribeSubnetsInput, ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	out := &ec2.DescribeSubnetsOutput{}
	for _, subnet := range a.subnets {
		id, zone, _ := strings.Cut(subnet, " ")
		out.Subnets = append(out.Subnets, types.Subnet{SubnetId: &id, AvailabilityZone: aws.String("us-east-1" + zone)})
	}
	return out, nil
}

func (a account) DescribeRouteTables(context.Context, *ec2.DescribeRouteTablesInput, ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
	closed := types.RouteTable{RouteTableId: aws.String("closed"), Associations: []types.RouteTableAssociation{{Main: aws.Bool(true)}}}
	open := types.RouteTable{RouteTableId: aws.String("open"), Routes: []types.Route{
		{DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: aws.String("igw-1"), State: types.RouteStateActive},
	}}
	for _, subnet := range a.subnets {
		if id, _, _ := strings.Cut(subnet, " "); strings.HasPrefix(id, "open") {
			open.Associations = append(open.Associations, types.RouteTableAssociation{SubnetId: &id})
		}
	}
	return &ec2.DescribeRouteTablesOutput{RouteTables: []types.RouteTable{closed, open}}, nil
}

func (a account) DescribeVpcEndpoints(context.Context, *ec2.DescribeVpcEndpointsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcEndpointsOutput, error) {
	return &ec2.DescribeVpcEndpointsOutput{VpcEndpoints: []types.VpcEndpoint{{RouteTableIds: a.endpoints}}}, nil
}

func TestSubnetsOfAVPCAreChosen(t *testing.T) {
	four := []string{"open2 b", "open1 a", "closed2 b", "closed1 a"}
	for name, test := range map[string]struct {
		account         account
		public, private []string
	}{
		"two of each kind":         {account{four, []string{"closed"}}, []string{"open1", "open2"}, []string{"closed1", "closed2"}},
		"the first of a zone":      {account{append(four, "open0 a", "open9 c", "closed9 c"), []string{"closed"}}, []string{"open0", "open2"}, []string{"closed1", "closed2"}},
		"zones that have both":     {account{[]string{"open2 b", "open1 a", "closed1 a", "open0 c", "closed0 c"}, []string{"closed"}}, []string{"open1", "open0"}, []string{"closed1", "closed0"}},
		"no Local Zone":            {account{append(four, "open0 -bos-1a", "closed0 -bos-1a"), []string{"closed"}}, []string{"open1", "open2"}, []string{"closed1", "closed2"}},
		"public ones that do":      {account{four, []string{"open"}}, []string{"open1", "open2"}, []string{"open1", "open2"}},
		"public ones, if no other": {account{four[:2], []string{"open"}}, []string{"open1", "open2"}, []string{"open1", "open2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := vpc.Choose(t.Context(), test.account, "vpc-1", "us-east-1")
			if want := (vpc.Subnets{Public: test.public, Private: test.private}); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v %v, want %v", got, err, want)
			}
		})
	}
}

func TestSubnetsThatDoNotFitSayWhatTheyLack(t *testing.T) {
	for name, test := range map[string]struct {
		account account
		words   []string
	}{
		"no subnets":        {account{}, []string{"vpc-1", "in no zone", "two zones of us-east-1"}},
		"one public zone":   {account{[]string{"open1 a", "closed1 a", "closed2 b"}, []string{"closed"}}, []string{"in us-east-1a,", "two zones"}},
		"no way to S3":      {account{[]string{"open1 a", "open2 b", "closed1 a", "closed2 b"}, nil}, []string{"from closed1 and closed2 of vpc-1", "--vpc-id vpc-1 --service-name com.amazonaws.us-east-1.s3 --route-table-ids closed`"}},
		"a default network": {account{[]string{"open1 a", "open2 b", "open3 c"}, nil}, []string{"from open1 and open2 of vpc-1", "--route-table-ids open`"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := vpc.Choose(t.Context(), test.account, "vpc-1", "us-east-1")
			for _, word := range test.words {
				if release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), word) {
					t.Errorf("%v does not say %q", err, word)
				}
			}
		})
	}
}
