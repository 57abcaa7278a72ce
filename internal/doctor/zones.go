package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/plan"
)

// twoZones returns the zones of the stack's subnets. Without a stack it returns the first two,
// which CloudFormation would use.
func (e *examination) twoZones(ctx context.Context) Finding {
	zones, err := e.findZones(ctx)
	if err != nil {
		return e.unseen(err)
	}
	if len(zones) < 2 && e.own.vpc == "" {
		return well("%d in %s", len(zones), e.Config.Region).but(Failed, "A load balancer needs two zones: choose another region with --region.")
	}
	e.zones = zones[:min(2, len(zones))]
	return well("%s", strings.Join(e.zones, " and "))
}

func (e *examination) findZones(ctx context.Context) ([]string, error) {
	if e.own.vpc != "" {
		return e.zonesOf(ctx, types.Filter{Name: aws.String("subnet-id"), Values: e.own.public})
	}
	if e.environment != "" {
		own, err := e.zonesOf(ctx, types.Filter{Name: aws.String("tag:aws:cloudformation:stack-name"), Values: []string{e.Stack}})
		if err != nil || len(own) > 0 {
			return own, err
		}
	}
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
	zones, err := e.zonesOf(ctx, types.Filter{Name: aws.String("default-for-az"), Values: []string{"true"}})
	if err != nil || len(zones) > 0 {
		return zones, err
	}
	out, err := e.EC2.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{Filters: []types.Filter{
		{Name: aws.String("zone-type"), Values: []string{"availability-zone"}}, {Name: aws.String("state"), Values: []string{"available"}},
	}})
	if err != nil {
		return nil, err
	}
	for _, zone := range out.AvailabilityZones {
		zones = append(zones, aws.ToString(zone.ZoneName))
	}
	return sorted(zones), nil
}

// zonesOf lists the zones of subnets.
func (e *examination) zonesOf(ctx context.Context, which types.Filter) (zones []string, err error) {
	pages := ec2.NewDescribeSubnetsPaginator(e.EC2, &ec2.DescribeSubnetsInput{Filters: []types.Filter{which}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, subnet := range page.Subnets {
			zones = append(zones, aws.ToString(subnet.AvailabilityZone))
		}
	}
	return sorted(zones), nil
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func (e *examination) instanceType(ctx context.Context) Finding {
	e.Architecture = cmp.Or(e.Architecture, e.usualArchitecture())
	e.InstanceType = cmp.Or(e.InstanceType, plan.UsualType(e.Architecture))
	wanted, usual := types.InstanceType(e.InstanceType), plan.UsualType(e.Architecture)
	pages := ec2.NewDescribeInstanceTypeOfferingsPaginator(e.EC2, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone,
		Filters:      []types.Filter{{Name: aws.String("instance-type"), Values: []string{e.InstanceType}}},
	})
	var offered []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return e.unseen(err)
		}
		for _, offering := range page.InstanceTypeOfferings {
			offered = append(offered, aws.ToString(offering.Location))
		}
	}
	if len(offered) == 0 {
		return well("%s has no %s in any zone", e.Config.Region, wanted).but(Failed, "Give --instance-type another one, such as %s, or choose another region with --region.", usual)
	}
	lacking := slices.DeleteFunc(slices.Clone(e.zones), func(zone string) bool { return slices.Contains(offered, zone) })
	if len(lacking) > 0 {
		return well("%s is not offered in %s", wanted, strings.Join(lacking, " and ")).but(Failed, "%s", e.elsewhere(sorted(offered)))
	}
	return e.describeType(ctx, wanted, usual)
}

// elsewhere returns the remedy if a zone lacks the type, as use1-az3 lacks Graviton: two zones that
// have it. The zones of an existing stack cannot change.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-regions.html
func (e *examination) elsewhere(offered []string) string {
	const another = "release with --instance-type and a type that %s have, such as another size or family"
	otherwise := fmt.Sprintf(another, strings.Join(e.zones, " and "))
	if e.own.vpc != "" {
		return upper(otherwise) + ", or run `npx cdk destroy`, which leaves the photos, and deploy with subnets of " + e.own.vpc + " in zones that have it."
	}
	if len(offered) < 2 {
		return "Choose another region with --region, or " + otherwise + "."
	}
	deploy := fmt.Sprintf("eploy with `npx cdk deploy -c zones=%s`, which have it", strings.Join(offered[:2], ","))
	if e.environment != "" {
		return "Run `npx cdk destroy`, which leaves the photos, and d" + deploy + "; or " + otherwise + "."
	}
	return "D" + deploy + ", or " + otherwise + "."
}

func (e *examination) describeType(ctx context.Context, wanted types.InstanceType, usual string) Finding {
	out, err := e.EC2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{wanted}})
	if err != nil {
		return e.unseen(err)
	}
	for _, described := range out.InstanceTypes {
		if described.ProcessorInfo == nil || described.VCpuInfo == nil {
			continue
		}
		if !slices.Contains(described.ProcessorInfo.SupportedArchitectures, types.ArchitectureType(e.Architecture)) {
			return well("%s is not for %s", wanted, e.Architecture).but(Failed, "Give --instance-type one that is, such as %s.", usual)
		}
		e.vcpus = int(aws.ToInt32(described.VCpuInfo.DefaultVCpus))
	}
	return well("%s in %s, with %d vCPUs", wanted, cmp.Or(strings.Join(e.zones, " and "), e.Config.Region), e.vcpus)
}
