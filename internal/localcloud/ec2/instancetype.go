package ec2

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/fabric"
)

type instanceType struct {
	architecture string
	vcpus        int
	memory       int64 // MiB
}

// instanceTypes lists the types that the embedded cloud knows.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
var instanceTypes = map[string]instanceType{
	"t4g.nano":   {"arm64", 2, 512},
	"t4g.micro":  {"arm64", 2, 1 << 10},
	"t4g.small":  {"arm64", 2, 2 << 10},
	"t4g.medium": {"arm64", 2, 4 << 10},
	"t4g.large":  {"arm64", 2, 8 << 10},
	"m7g.large":  {"arm64", 2, 8 << 10},
	"c7g.large":  {"arm64", 2, 4 << 10},
	"c7g.xlarge": {"arm64", 4, 8 << 10},
	"t3.micro":   {"x86_64", 2, 1 << 10},
	"t3.small":   {"x86_64", 2, 2 << 10},
	"t3.medium":  {"x86_64", 2, 4 << 10},
}

type offering struct{ instanceType, zone string }

func (s *Service) handleTypes() {
	fabric.Handle(s.fabric, serviceID, "DescribeInstanceTypes", s.describeInstanceTypes)
	fabric.Handle(s.fabric, serviceID, "DescribeInstanceTypeOfferings", s.describeInstanceTypeOfferings)
}

func (s *Service) describeInstanceTypes(in *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error) {
	out := &ec2.DescribeInstanceTypesOutput{}
	for _, name := range in.InstanceTypes {
		kind, known := instanceTypes[string(name)]
		if !known {
			return nil, fabric.Errorf("InvalidInstanceType", "The following supplied instance types do not exist: [%s]", name)
		}
		out.InstanceTypes = append(out.InstanceTypes, types.InstanceTypeInfo{
			InstanceType:  name,
			VCpuInfo:      &types.VCpuInfo{DefaultVCpus: aws.Int32(int32(kind.vcpus))},
			MemoryInfo:    &types.MemoryInfo{SizeInMiB: aws.Int64(kind.memory)},
			ProcessorInfo: &types.ProcessorInfo{SupportedArchitectures: []types.ArchitectureType{types.ArchitectureType(kind.architecture)}},
		})
	}
	return out, nil
}

func (s *Service) describeInstanceTypeOfferings(in *ec2.DescribeInstanceTypeOfferingsInput) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	if in.LocationType != types.LocationTypeAvailabilityZone {
		return nil, fabric.Errorf("InvalidParameterValue", "The embedded cloud knows offerings by availability-zone, not by '%s'", in.LocationType)
	}
	var all []offering
	for _, name := range slices.Sorted(maps.Keys(instanceTypes)) {
		for _, zone := range fabric.Zones() {
			if one := (offering{name, zone}); !s.unoffered[one] {
				all = append(all, one)
			}
		}
	}
	kept, err := filtered(all, in.Filters, func(o offering) (properties, map[string]string) {
		return properties{"instance-type": o.instanceType, "location": o.zone}, nil
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceTypeOfferingsOutput{}
	for _, o := range kept {
		out.InstanceTypeOfferings = append(out.InstanceTypeOfferings, types.InstanceTypeOffering{
			InstanceType: types.InstanceType(o.instanceType), Location: aws.String(o.zone), LocationType: in.LocationType,
		})
	}
	return out, nil
}
