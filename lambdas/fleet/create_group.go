package fleet

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// CreateGroup makes the group of a first release, or of one that is made beside another.
var CreateGroup = step.Define(step.Step{
	Name:     "CreateGroup",
	Summary:  "Sets the health check path of a slot's target group, and creates the slot's Auto Scaling group on the release's launch template version.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		{Name: "autoscaling:CreateAutoScalingGroup", Scope: step.CreatedTagged},
		{Name: "elasticloadbalancing:ModifyTargetGroup", Scope: step.StackTarget},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, CreateGroupInput) (Fleet, error) {
	return createGroup{clients.AutoScaling, clients.ELB, settings}.run
})

// CreateGroupInput is the step's input.
type CreateGroupInput struct {
	step.Call
	Plan            release.Plan `json:"plan"`
	TemplateID      string       `json:"templateId"`
	TemplateVersion string       `json:"templateVersion"`
	Slot            release.Slot `json:"slot"`
	Size            int          `json:"size"` // of the fleet beside which it is made, or 0 if there is none
}

// Fleet is the state of a new group.
type Fleet struct {
	Deadline time.Time     `json:"deadline"` // the deadline for all instances to be healthy
	Ready    bool          `json:"ready"`
	Healthy  int           `json:"healthy"`
	Wanted   int           `json:"wanted"`
	VerifyBy time.Time     `json:"verifyBy"` // the deadline for the release to answer, if it is ready now
	Verify   LastUnhealthy `json:"verify"`   // the state that Verify continues with
}

// Note counts the healthy instances.
func (f Fleet) Note() string { return fmt.Sprintf("%d of %d healthy", f.Healthy, f.Wanted) }

type groupCreator interface {
	autoscaling.DescribeAutoScalingGroupsAPIClient
	CreateAutoScalingGroup(context.Context, *autoscaling.CreateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.CreateAutoScalingGroupOutput, error)
}

type targetModifier interface {
	ModifyTargetGroup(context.Context, *elb.ModifyTargetGroupInput, ...func(*elb.Options)) (*elb.ModifyTargetGroupOutput, error)
}

type createGroup struct {
	api      groupCreator
	targets  targetModifier
	settings step.Settings
}

// run sets the slot's health check before the slot has a target. No other slot's is touched, so that
// there is nothing to take back.
func (c createGroup) run(ctx context.Context, in CreateGroupInput) (Fleet, error) {
	_, err := c.targets.ModifyTargetGroup(ctx, &elb.ModifyTargetGroupInput{
		TargetGroupArn: aws.String(c.settings.Targets(in.Slot)), HealthCheckPath: aws.String(in.Plan.Bundle.Health()),
	})
	if err != nil {
		return Fleet{}, err
	}
	_, err = c.api.CreateAutoScalingGroup(ctx, c.request(in))
	if release.IsAlreadyExists(err) {
		err = c.adopt(ctx, c.settings.Environment.Group(in.Slot))
	}
	if err != nil {
		return Fleet{}, err
	}
	return Fleet{
		Deadline: time.Now().Add(c.settings.Timings.Fleet + in.Plan.Bundle.Longer()).UTC(),
		Wanted:   in.wanted(),
		VerifyBy: time.Now().Add(c.settings.Timings.Verify + in.Plan.Bundle.Longer()).UTC(),
	}, nil
}

// adopt takes over the group of an earlier run of this step whose answer was lost. It waits for a
// group that is being deleted, because the name is taken until then.
func (c createGroup) adopt(ctx context.Context, name string) error {
	group, err := Group(ctx, c.api, name)
	if err == nil && (group == nil || IsDeleting(group)) {
		return release.Errorf(release.StillInUse, "group %s is still being deleted", name)
	}
	return err
}

// request keeps a fleet beside another at its size, until EnsureScaling lets it follow its load.
func (c createGroup) request(in CreateGroupInput) *autoscaling.CreateAutoScalingGroupInput {
	name, bounds := c.settings.Environment.Group(in.Slot), in.Plan.Bounds(time.Now())
	if in.Size > 0 {
		bounds = bounds.Hold(release.Bounds{MinSize: in.Size, MaxSize: in.Size})
	}
	return &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(name),
		LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateId: aws.String(in.TemplateID), Version: aws.String(in.TemplateVersion),
		},
		MinSize:                aws.Int32(int32(bounds.MinSize)),
		MaxSize:                aws.Int32(int32(bounds.MaxSize)),
		DesiredCapacity:        aws.Int32(int32(min(max(in.wanted(), bounds.MinSize), bounds.MaxSize))),
		HealthCheckType:        aws.String("ELB"),
		HealthCheckGracePeriod: aws.Int32(int32((c.settings.Timings.InstanceGrace + in.Plan.Bundle.Longer()).Seconds())),
		DefaultInstanceWarmup:  aws.Int32(int32((c.settings.Timings.Warmup + in.Plan.Bundle.Longer()).Seconds())),
		VPCZoneIdentifier:      aws.String(strings.Join(c.settings.PrivateSubnets, ",")),
		TargetGroupARNs:        []string{c.settings.Targets(in.Slot)},
		Tags:                   c.tags(name),
	}
}

// tags returns the group's tags. The launch template has the organization's tags for the instances.
func (c createGroup) tags(group string) (tags []types.Tag) {
	for _, tag := range c.settings.Tagged() {
		tags = append(tags, types.Tag{
			ResourceId: aws.String(group), ResourceType: aws.String("auto-scaling-group"),
			Key: aws.String(tag.Key), Value: aws.String(tag.Value), PropagateAtLaunch: aws.Bool(tag.Key == release.TagEnvironment),
		})
	}
	return tags
}

func (in CreateGroupInput) wanted() int {
	if in.Size > 0 {
		return in.Size
	}
	return in.Plan.First(time.Now())
}
