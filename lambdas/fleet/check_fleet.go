package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// CheckFleet checks a new group once.
var CheckFleet = step.Define(step.Step{
	Name:     "CheckFleet",
	Summary:  "Counts the new group's healthy instances; after the deadline it says why there are too few.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		step.Unbound("autoscaling:DescribeScalingActivities"),
		step.Unbound("elasticloadbalancing:DescribeTargetHealth"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, CheckFleetInput) (Fleet, error) {
	return checkFleet{clients.AutoScaling, clients.ELB, settings}.run
})

// CheckFleetInput is the step's input.
type CheckFleetInput struct {
	step.Call
	LastUnhealthy
	Plan     release.Plan `json:"plan"`
	Slot     release.Slot `json:"slot"`
	Deadline time.Time    `json:"deadline"`
}

type fleetReader interface {
	autoscaling.DescribeAutoScalingGroupsAPIClient
	autoscaling.DescribeScalingActivitiesAPIClient
}

type checkFleet struct {
	api      fleetReader
	targets  TargetReader
	settings step.Settings
}

func (c checkFleet) run(ctx context.Context, in CheckFleetInput) (Fleet, error) {
	group, err := Group(ctx, c.api, c.settings.Environment.Group(in.Slot))
	if err != nil {
		return Fleet{}, err
	}
	seen, err := look(ctx, c.targets, c.settings.Targets(in.Slot), in.Plan, in.LastUnhealthy)
	if err != nil {
		return Fleet{}, err
	}
	fleet := Fleet{
		Deadline: in.Deadline, Wanted: in.Plan.First(time.Now()), Verify: seen,
		VerifyBy: time.Now().Add(c.settings.Timings.Verify + in.Plan.Bundle.Longer()).UTC(),
	}
	if group != nil {
		fleet.Healthy, fleet.Wanted = len(InService(group)), int(aws.ToInt32(group.DesiredCapacity))
		fleet.Ready = !IsDeleting(group) && fleet.Healthy >= fleet.Wanted
	}
	if !fleet.Ready && time.Now().After(in.Deadline) {
		return Fleet{}, c.tooLate(ctx, c.settings.Environment.Group(in.Slot), group, fleet)
	}
	return fleet, nil
}

func (c checkFleet) tooLate(ctx context.Context, name string, group *types.AutoScalingGroup, fleet Fleet) error {
	if group == nil {
		return release.Errorf(release.FleetFailed, "group %s does not exist any more; release again", name)
	}
	reason, err := c.lastFailure(ctx, name)
	if err != nil {
		return err
	}
	return release.Errorf(release.FleetFailed, "%d of %d instances of group %s are healthy at the deadline; %s", fleet.Healthy, fleet.Wanted, name, fleet.Verify.Explain(reason))
}

// lastFailure returns the newest failed activity of the group, which people need to see.
func (c checkFleet) lastFailure(ctx context.Context, group string) (string, error) {
	var newest types.Activity
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(c.api, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(group),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, activity := range page.Activities {
			failed := activity.StatusCode == types.ScalingActivityStatusCodeFailed
			if failed && aws.ToTime(activity.StartTime).After(aws.ToTime(newest.StartTime)) {
				newest = activity
			}
		}
	}
	if newest.ActivityId == nil {
		return "every launch succeeded, so look at the instances' own logs and at the target group's health reasons", nil
	}
	return "the last failed activity: " + aws.ToString(newest.Description) + ": " + aws.ToString(newest.StatusMessage), nil
}
