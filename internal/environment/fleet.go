package environment

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// fleets reads the groups of both slots, their activities and instances, and the builders.
func (r Reader) fleets(ctx context.Context, status *Status) error {
	targets := map[string]target{}
	for _, slot := range release.Slots() {
		group, err := fleet.Group(ctx, r.Clients.AutoScaling, r.Environment.Group(slot))
		if err != nil {
			return err
		}
		if group == nil {
			continue
		}
		one, err := r.fleet(ctx, slot, *group, targets)
		if err != nil {
			return err
		}
		activities, err := r.activities(ctx, slot)
		if err != nil {
			return err
		}
		status.Fleets, status.Activities = append(status.Fleets, one), append(status.Activities, activities...)
	}
	slices.SortStableFunc(status.Activities, func(a, b Activity) int { return b.Time.Compare(a.Time) })
	status.Activities = status.Activities[:min(len(status.Activities), maxActivities)]
	var err error
	status.Instances, err = r.instances(ctx, targets)
	return err
}

// fleet returns a slot's fleet, and adds its targets to those of the other slot.
func (r Reader) fleet(ctx context.Context, slot release.Slot, group types.AutoScalingGroup, targets map[string]target) (Fleet, error) {
	one := Fleet{Slot: slot, Health: map[string]int{}, Group: Group{
		Min: int(aws.ToInt32(group.MinSize)), Max: int(aws.ToInt32(group.MaxSize)), Desired: int(aws.ToInt32(group.DesiredCapacity)),
	}}
	for _, instance := range group.Instances {
		targets[aws.ToString(instance.InstanceId)] = target{slot: slot}
		if instance.LifecycleState == types.LifecycleStateInService {
			one.Group.InService++
		}
	}
	for _, arn := range group.TargetGroupARNs {
		one.TargetGroup = arn
		if err := r.health(ctx, one, targets); err != nil {
			return Fleet{}, err
		}
	}
	refreshes, err := fleet.Refreshes(ctx, r.Clients.AutoScaling, r.Environment.Group(slot))
	if active := fleet.ActiveRefresh(refreshes); active != nil {
		one.Group.Refresh = fmt.Sprintf("%s, %d %%", active.Status, aws.ToInt32(active.PercentageComplete))
	}
	return one, err
}

// target is the slot of an instance, and the load balancer's health of it.
type target struct {
	slot   release.Slot
	health string
}

// health reads the load balancer's health of each target of a fleet. A target that has left the
// group drains.
func (r Reader) health(ctx context.Context, of Fleet, targets map[string]target) error {
	out, err := r.Clients.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(of.TargetGroup)})
	if err != nil {
		return err
	}
	for _, described := range out.TargetHealthDescriptions {
		if described.Target != nil && described.TargetHealth != nil {
			state := string(described.TargetHealth.State)
			targets[aws.ToString(described.Target.Id)] = target{of.Slot, state}
			of.Health[state]++
		}
	}
	return nil
}
