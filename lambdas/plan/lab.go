package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// groupTag is on every instance of an Auto Scaling group.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
const groupTag = "aws:autoscaling:groupName"

// Others returns how many instances the rest of the region may run beside an environment: every
// group of Auto Scaling as many as it may have, and those that run in none. The environment "" is
// nobody's.
func Others(ctx context.Context, instances ec2.DescribeInstancesAPIClient, groups autoscaling.DescribeAutoScalingGroupsAPIClient, environment release.Environment) (count int, err error) {
	own := []string{environment.Group(release.Blue), environment.Group(release.Green)}
	scaling := autoscaling.NewDescribeAutoScalingGroupsPaginator(groups, &autoscaling.DescribeAutoScalingGroupsInput{})
	for scaling.HasMorePages() {
		page, err := scaling.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, group := range page.AutoScalingGroups {
			if !slices.Contains(own, aws.ToString(group.AutoScalingGroupName)) {
				count += int(aws.ToInt32(group.MaxSize))
			}
		}
	}
	running := ec2.NewDescribeInstancesPaginator(instances, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}})
	for running.HasMorePages() {
		page, err := running.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				isOwn := environment != "" && inventory.Tag(i.Tags, release.TagEnvironment) == string(environment)
				if !isOwn && inventory.Tag(i.Tags, groupTag) == "" {
					count++
				}
			}
		}
	}
	return count, nil
}

// LabMaxSize returns the default of maxSize in a lab: a fleet that fits beside others, if the least
// that is asked for does.
func LabMaxSize(request release.Request, others int) int {
	fits := release.LabFits(request.Strategy, 0, release.LabInstances-others)
	return max(min(release.LabMaxSize, fits), cmp.Or(request.MinSize, release.DefaultMinSize))
}

// lab refuses what the account of a lab must not be asked for.
func (p planner) lab(_ context.Context, d *draft) error {
	if !p.settings.Lab {
		return nil
	}
	var problems []error
	if !release.IsLabRegion(p.region) {
		problems = append(problems, release.Errorf(release.InvalidRequest, "region: a Learner Lab has only %s, and this stack is in %s; deploy it there", release.LabRegions(), p.region))
	}
	if why := release.UnfitForLab(d.plan.InstanceType, UsualType(p.settings.Architecture)); why != "" {
		problems = append(problems, release.Errorf(release.InvalidRequest, "instanceType: %s", why))
	}
	return release.Join(append(problems, d.withinLab())...)
}

// withinLab refuses fleets that could together exceed the lab's instances.
func (d *draft) withinLab() error {
	former, wanted, room := 0, d.plan.Largest(d.plan.Usual()), release.LabInstances-d.others
	if d.serving.Serving {
		former = d.serving.Largest(d.serving.Usual())
	}
	need := release.LabPeak(d.plan.Strategy, former, wanted)
	if need <= room {
		return nil
	}
	return release.Errorf(release.QuotaExceeded,
		"maxSize: a release of up to %d instances of %s may run %d at a time, others in this region %d, and a Learner Lab terminates what exceeds %d; %s",
		wanted, d.plan.InstanceType, need, d.others, release.LabInstances, d.toFit(former, wanted, room))
}

// toFit says what to do about a fleet that is too large.
func (d *draft) toFit(former, wanted, room int) (remedy string) {
	if d.plan.Strategy != release.Rolling && release.LabPeak(release.Rolling, former, wanted) <= room {
		remedy = `add "strategy": "rolling", which replaces the instances, or `
	}
	switch fits := release.LabFits(d.plan.Strategy, former, room); {
	case fits == 0:
		return remedy + "terminate instances of others, or lower the maximum of their groups"
	default:
		return remedy + fmt.Sprintf("give a maxSize of at most %d (--max-size %d), also in sizes", fits, fits)
	}
}

// runInLab refuses one more instance that would exceed the lab's.
func (p planner) runInLab(ctx context.Context, d *draft) error {
	if !p.settings.Lab {
		return nil
	}
	others, err := Others(ctx, p.ec2, p.groups, p.settings.Environment)
	if err != nil {
		return err
	}
	fleet := 0
	if d.serving.Serving {
		fleet = d.serving.Largest(d.serving.Usual())
	}
	if others+fleet < release.LabInstances {
		return nil
	}
	return release.Errorf(release.QuotaExceeded, "run: the fleet may have %d instances, others in this region %d, and a Learner Lab terminates what exceeds %d; terminate instances of others, or make the fleet smaller with `gallery scale`",
		fleet, others, release.LabInstances)
}
