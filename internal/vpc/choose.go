package vpc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

// Subnets holds the IDs of an environment's subnets, one in each of two zones: the first ones for the load balancer and
// builders, the others for the fleet.
type Subnets struct{ Public, Private []string }

// Choose returns the first subnets of a VPC that an environment can use, by zone and ID, so that it chooses
// the same ones the next time. Where none is private, the fleet is in the public ones. The error is an
// InvalidRequest that says what the subnets lack, or AWS's.
func Choose(ctx context.Context, api API, vpc, region string) (Subnets, error) {
	all, err := readSubnets(ctx, api, vpc)
	if err != nil {
		return Subnets{}, err
	}
	w, err := ReadWays(ctx, api, vpc, region)
	if err != nil {
		return Subnets{}, err
	}
	isPrivate := func(subnet string) bool { return !w.IsPublic(subnet) }
	public, private := first(all, w.IsPublic), first(all, isPrivate)
	useful := first(all, func(subnet string) bool { return isPrivate(subnet) && w.ReachesS3(subnet) })
	closed := first(all, func(subnet string) bool { return w.IsPublic(subnet) && w.ReachesS3(subnet) })
	for _, fleet := range []inZones{useful, closed} {
		if zones := shared(public, fleet); zones != nil {
			return Subnets{public.of(zones), fleet.of(zones)}, nil
		}
	}
	zones := shared(public, public)
	if zones == nil {
		return Subnets{}, release.Errorf(release.InvalidRequest, "%s has subnets with a route 0.0.0.0/0 to an internet gateway in %s, and a load balancer needs two zones of %s: add what lacks", vpc, cmp.Or(strings.Join(slices.Sorted(maps.Keys(public)), ", "), "no zone"), region)
	}
	if both := shared(public, private); both != nil {
		return Subnets{}, w.withoutStorage(private.of(both), vpc, region)
	}
	return Subnets{}, w.withoutStorage(public.of(zones), vpc, region)
}

// withoutStorage is the error for subnets in which the fleet would be.
func (w Ways) withoutStorage(fleet []string, vpc, region string) error {
	fleet = slices.DeleteFunc(fleet, w.ReachesS3)
	var tables []string
	for _, subnet := range fleet {
		tables = append(tables, aws.ToString(w.tableOf(subnet).RouteTableId))
	}
	slices.Sort(tables)
	return release.Errorf(release.InvalidRequest, "from %s of %s instances without a public address have no way to S3, where the photos are: add a gateway endpoint, which is free, by `%s`",
		strings.Join(fleet, " and "), vpc, EndpointCommand(vpc, region, slices.Compact(tables)...))
}

// EndpointCommand returns the command that makes a gateway endpoint of S3 for route tables.
func EndpointCommand(vpc, region string, tables ...string) string {
	return fmt.Sprintf("aws ec2 create-vpc-endpoint --vpc-id %s --service-name %s --route-table-ids %s", vpc, storage(region), strings.Join(tables, " "))
}

// inZones has one subnet a zone.
type inZones map[string]string

// An Availability Zone, and no Local Zone, in which load balancers and instances have limits of their own.
// https://docs.aws.amazon.com/local-zones/latest/ug/concepts-local-zones.html
var zoneName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$`)

// first returns the first subnet of each zone that fits.
func first(all []types.Subnet, fits func(subnet string) bool) inZones {
	found := inZones{}
	for _, subnet := range all {
		id, zone := aws.ToString(subnet.SubnetId), aws.ToString(subnet.AvailabilityZone)
		if found[zone] == "" && zoneName.MatchString(zone) && fits(id) {
			found[zone] = id
		}
	}
	return found
}

func (s inZones) of(zones []string) (ids []string) {
	for _, zone := range zones {
		ids = append(ids, s[zone])
	}
	return ids
}

// shared returns the first two zones that both have, or nil if they share fewer.
func shared(some, others inZones) []string {
	both := slices.DeleteFunc(slices.Sorted(maps.Keys(some)), func(zone string) bool { return others[zone] == "" })
	if len(both) < 2 {
		return nil
	}
	return both[:2]
}

func readSubnets(ctx context.Context, api API, vpc string) (all []types.Subnet, err error) {
	pages := ec2.NewDescribeSubnetsPaginator(api, &ec2.DescribeSubnetsInput{Filters: of(vpc)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Subnets...)
	}
	slices.SortFunc(all, func(a, b types.Subnet) int { return cmp.Compare(*a.SubnetId, *b.SubnetId) })
	return all, nil
}
