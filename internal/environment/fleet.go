package environment

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// fleet reads the group, its activities and its instances, and the builders.
func (r Reader) fleet(ctx context.Context, status *Status) error {
	group, err := fleet.Group(ctx, r.Clients.AutoScaling, r.Environment)
	if err != nil {
		return err
	}
	if group != nil {
		if err := r.group(ctx, group, status); err != nil {
			return err
		}
	}
	status.Instances, err = r.instances(ctx, group)
	return err
}

func (r Reader) group(ctx context.Context, group *autoscalingtypes.AutoScalingGroup, status *Status) error {
	status.Group = &Group{
		Min: int(aws.ToInt32(group.MinSize)), Max: int(aws.ToInt32(group.MaxSize)), Desired: int(aws.ToInt32(group.DesiredCapacity)),
	}
	for _, instance := range group.Instances {
		if instance.LifecycleState == autoscalingtypes.LifecycleStateInService {
			status.Group.InService++
		}
	}
	refreshes, err := fleet.Refreshes(ctx, r.Clients.AutoScaling, r.Environment)
	if err != nil {
		return err
	}
	if active := fleet.ActiveRefresh(refreshes); active != nil {
		status.Group.Refresh = fmt.Sprintf("%s, %d %%", active.Status, aws.ToInt32(active.PercentageComplete))
	}
	status.Activities, err = r.activities(ctx)
	return err
}

// instances lists the live instances with the builders, oldest first. group may be nil.
func (r Reader) instances(ctx context.Context, group *autoscalingtypes.AutoScalingGroup) ([]Instance, error) {
	health, err := r.health(ctx, group)
	if err != nil {
		return nil, err
	}
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
		found = append(found, instance(i, health[aws.ToString(i.InstanceId)], versions[aws.ToString(i.ImageId)]))
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

func instance(of types.Instance, health, version string) Instance {
	zone := ""
	if of.Placement != nil {
		zone = aws.ToString(of.Placement.AvailabilityZone)
	}
	return Instance{
		ID: aws.ToString(of.InstanceId), Role: inventory.Tag(of.Tags, release.TagRole), Zone: zone, State: string(of.State.Name),
		Health: health, Image: aws.ToString(of.ImageId), Version: version, Address: aws.ToString(of.PrivateIpAddress),
		Launched: aws.ToTime(of.LaunchTime),
	}
}

// health returns the load balancer's health of each target.
func (r Reader) health(ctx context.Context, group *autoscalingtypes.AutoScalingGroup) (map[string]string, error) {
	health := map[string]string{}
	if group == nil {
		return health, nil
	}
	for _, targets := range group.TargetGroupARNs {
		out, err := r.Clients.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targets)})
		if err != nil {
			return nil, err
		}
		for _, target := range out.TargetHealthDescriptions {
			if target.Target != nil && target.TargetHealth != nil {
				health[aws.ToString(target.Target.Id)] = string(target.TargetHealth.State)
			}
		}
	}
	return health, nil
}
