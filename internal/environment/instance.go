package environment

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// instances lists the live instances with the builders, oldest first.
func (r Reader) instances(ctx context.Context, targets map[string]target) ([]Instance, error) {
	versions, err := r.versions(ctx)
	if err != nil {
		return nil, err
	}
	living, err := r.Living(ctx)
	if err != nil {
		return nil, err
	}
	found := []Instance{}
	for _, i := range living {
		found = append(found, instance(i, targets[aws.ToString(i.InstanceId)], versions[aws.ToString(i.ImageId)]))
	}
	slices.SortFunc(found, func(a, b Instance) int { return cmp.Or(a.Launched.Compare(b.Launched), cmp.Compare(a.ID, b.ID)) })
	return found, nil
}

// Living describes the environment's instances that are not terminated.
func (r Reader) Living(ctx context.Context) (living []types.Instance, err error) {
	pages := ec2.NewDescribeInstancesPaginator(r.Clients.EC2, &ec2.DescribeInstancesInput{Filters: inventory.Filters(r.Environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				if i.State != nil && i.State.Name != types.InstanceStateNameTerminated {
					living = append(living, i)
				}
			}
		}
	}
	return living, nil
}

func instance(of types.Instance, as target, version string) Instance {
	zone := ""
	if of.Placement != nil {
		zone = aws.ToString(of.Placement.AvailabilityZone)
	}
	return Instance{
		ID: aws.ToString(of.InstanceId), Role: inventory.Tag(of.Tags, release.TagRole), Slot: as.slot, Zone: zone, State: string(of.State.Name),
		Health: as.health, Image: aws.ToString(of.ImageId), Version: version, Address: aws.ToString(of.PrivateIpAddress),
		Launched: aws.ToTime(of.LaunchTime),
	}
}
