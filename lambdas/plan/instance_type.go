package plan

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

var usualTypes = map[string]string{release.ARM64: "t4g.small", release.X8664: "t3.small"}

// UsualType is the default instance type on arm64 and x86_64.
func UsualType(architecture string) string { return usualTypes[architecture] }

// minMemory is in MiB. dnf does not fit into less.
// https://github.com/amazonlinux/amazon-linux-2023/issues/404
const minMemory = 1024

// instead returns the remedy if the requested type is not available.
func (p planner) instead(wanted types.InstanceType) string {
	if usual := UsualType(p.settings.Architecture); string(wanted) != usual {
		return "give another one, such as " + usual
	}
	return "give another one, or deploy to zones that have it, with the option zones: gallery doctor proposes a pair"
}

// instanceType decides on the type: the requested one, or the former release's if it still fits the
// deployment, or the usual one.
func (p planner) instanceType(ctx context.Context, d *draft) error {
	subnets, err := p.subnets(ctx)
	if err != nil {
		return err
	}
	usual := UsualType(p.settings.Architecture)
	d.plan.InstanceType = cmp.Or(d.request.InstanceType, d.serving.InstanceType, usual)
	err = p.fits(ctx, d, subnets)
	if isProblem(err) && d.request.InstanceType == "" && d.plan.InstanceType != usual {
		d.plan.InstanceType = usual
		return p.fits(ctx, d, subnets)
	}
	return err
}

// fits refuses a type that has another architecture or that one of the environment's zones lacks.
func (p planner) fits(ctx context.Context, d *draft, subnets []types.Subnet) error {
	wanted := types.InstanceType(d.plan.InstanceType)
	lacking, err := p.zonesWithout(ctx, subnets, wanted)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return release.Errorf(release.InvalidRequest, "instanceType: %q is not offered in %s; %s", wanted, strings.Join(lacking, " and "), p.instead(wanted))
	}
	out, err := p.ec2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{wanted}})
	if err != nil {
		return err
	}
	for _, described := range out.InstanceTypes {
		if described.ProcessorInfo == nil || described.VCpuInfo == nil {
			continue
		}
		if !slices.Contains(described.ProcessorInfo.SupportedArchitectures, types.ArchitectureType(p.settings.Architecture)) {
			return release.Errorf(release.InvalidRequest, "instanceType: %q is not for %s, which this environment's images are made for; give another one, such as %s", wanted, p.settings.Architecture, UsualType(p.settings.Architecture))
		}
		if memory := described.MemoryInfo; memory != nil && aws.ToInt64(memory.SizeInMiB) < minMemory {
			return release.Errorf(release.InvalidRequest, "instanceType: %q has %d MiB of memory, and a builder needs %d to install packages; %s", wanted, aws.ToInt64(memory.SizeInMiB), minMemory, p.instead(wanted))
		}
		d.vcpus = int(aws.ToInt32(described.VCpuInfo.DefaultVCpus))
	}
	return nil
}

// zonesWithout lists the zones of the subnets that do not offer a type. For an unknown type it lists
// all of them.
func (p planner) zonesWithout(ctx context.Context, subnets []types.Subnet, wanted types.InstanceType) ([]string, error) {
	offered := map[string]bool{}
	pages := ec2.NewDescribeInstanceTypeOfferingsPaginator(p.ec2, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone,
		Filters:      []types.Filter{{Name: aws.String("instance-type"), Values: []string{string(wanted)}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, offering := range page.InstanceTypeOfferings {
			offered[aws.ToString(offering.Location)] = true
		}
	}
	var lacking []string
	for _, subnet := range subnets {
		if zone := aws.ToString(subnet.AvailabilityZone); !offered[zone] && !slices.Contains(lacking, zone) {
			lacking = append(lacking, zone)
		}
	}
	slices.Sort(lacking)
	return lacking, nil
}
