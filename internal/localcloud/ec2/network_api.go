package ec2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

func (s *Service) handleNetwork() {
	fabric.Handle(s.fabric, serviceID, "DescribeSubnets", s.describeSubnets)
	fabric.Handle(s.fabric, serviceID, "DescribeNetworkInterfaces", s.describeNetworkInterfaces)
}

func (s *Service) describeSubnets(in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	for _, id := range in.SubnetIds {
		if _, known := s.Subnet(id); !known {
			return nil, subnetNotFound(id)
		}
	}
	out := &ec2.DescribeSubnetsOutput{}
	for _, known := range s.subnets {
		if len(in.SubnetIds) == 0 || slices.Contains(in.SubnetIds, known.id) {
			out.Subnets = append(out.Subnets, types.Subnet{
				SubnetId: aws.String(known.id), VpcId: aws.String(VPC), AvailabilityZone: aws.String(known.zone), State: types.SubnetStateAvailable,
			})
		}
	}
	return out, nil
}

// describeNetworkInterfaces describes the interfaces of services such as load balancers.
func (s *Service) describeNetworkInterfaces(in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	kept, err := filtered(s.interfaces, in.Filters, func(n *networkInterface) (properties, map[string]string) {
		return properties{"description": n.description}, nil
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeNetworkInterfacesOutput{}
	for _, n := range kept {
		out.NetworkInterfaces = append(out.NetworkInterfaces, types.NetworkInterface{
			NetworkInterfaceId: aws.String(n.id), Description: aws.String(n.description), Status: types.NetworkInterfaceStatusInUse,
		})
	}
	return out, nil
}

func subnetNotFound(id string) error {
	return fabric.Errorf("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
}
