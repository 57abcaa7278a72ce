package scaling

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// EnsureScaling makes the group follow its load.
var EnsureScaling = step.Define(step.Step{
	Name:     "EnsureScaling",
	Summary:  "Sets the group's bounds, its scaling policies, the alarms that drive them, and those that tell of an outage.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		{Name: "autoscaling:UpdateAutoScalingGroup", Scope: step.Owned},
		{Name: "autoscaling:PutScalingPolicy", Scope: step.Owned},
		{Name: "cloudwatch:PutMetricAlarm", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, EnsureScalingInput) (struct{}, error) {
	return ensureScaling{clients.AutoScaling, clients.CloudWatch, settings}.run
})

// EnsureScalingInput is the step's input.
type EnsureScalingInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	Slot         release.Slot `json:"slot"`
	Size         int          `json:"size"`         // of the fleet beside which this one was made, or 0 if there was none
	Former       release.Slot `json:"former"`       // the slot whose fleet may have to take the traffic back, or "" if there is none
	LoadBalancer string       `json:"loadBalancer"` // ARN
}

type scalingAPI interface {
	autoscaling.DescribeAutoScalingGroupsAPIClient
	Updater
	PutScalingPolicy(context.Context, *autoscaling.PutScalingPolicyInput, ...func(*autoscaling.Options)) (*autoscaling.PutScalingPolicyOutput, error)
}

type ensureScaling struct {
	groups   scalingAPI
	alarms   alarmPutter
	settings step.Settings
}

func (e ensureScaling) run(ctx context.Context, in EnsureScalingInput) (struct{}, error) {
	if err := e.setBounds(ctx, in); err != nil {
		return struct{}{}, err
	}
	group := e.settings.Environment.Group(in.Slot)
	out, err := e.putPolicy(ctx, group, release.ScaleOutPolicy, scaleOut())
	if err != nil {
		return struct{}{}, err
	}
	shrink, err := e.putPolicy(ctx, group, release.ScaleInPolicy, scaleIn())
	if err != nil {
		return struct{}{}, err
	}
	at, since := placeOf(e.settings, in.Slot, in.LoadBalancer), countedFrom(e.settings, time.Now())
	for _, alarm := range []*cloudwatch.PutMetricAlarmInput{
		at.unhealthyHosts(), at.requestsHigh(out), at.cpuHigh(out), at.idle(shrink), at.noHealthyHost(since), at.balancerErrors(since),
	} {
		if _, err := e.alarms.PutMetricAlarm(ctx, alarm); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, nil
}

// setBounds sets the plan's bounds. While another fleet may have to take the traffic back, neither
// of the two shrinks: both were made for the whole traffic.
func (e ensureScaling) setBounds(ctx context.Context, in EnsureScalingInput) error {
	if in.Former == "" {
		desired := in.Plan.Desired
		if in.Size > 0 {
			desired = 0 // the fleet has its size, and may have grown since
		}
		return e.bound(ctx, in.Slot, in.Plan.MinSize, in.Plan.MaxSize, desired)
	}
	if err := e.bound(ctx, in.Former, 0, 0, 0); err != nil {
		return err
	}
	return e.bound(ctx, in.Slot, 0, in.Plan.MaxSize, 0)
}

// bound sets the bounds of a slot's group. Without least it does not shrink, and without most its
// maximum stays.
func (e ensureScaling) bound(ctx context.Context, slot release.Slot, least, most, desired int) error {
	name := e.settings.Environment.Group(slot)
	group, err := fleet.Group(ctx, e.groups, name)
	if err != nil {
		return err
	}
	if group == nil {
		return release.Errorf(release.FleetFailed, "group %s does not exist any more; release again", name)
	}
	least = cmp.Or(least, int(aws.ToInt32(group.DesiredCapacity)))
	most = cmp.Or(most, int(aws.ToInt32(group.MaxSize)))
	return SetBounds(ctx, e.groups, name, least, max(most, least), desired)
}

func (e ensureScaling) putPolicy(ctx context.Context, group, name string, steps []types.StepAdjustment) (arn string, err error) {
	out, err := e.groups.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName:    aws.String(group),
		PolicyName:              aws.String(name),
		PolicyType:              aws.String("StepScaling"),
		AdjustmentType:          aws.String("ChangeInCapacity"),
		MetricAggregationType:   aws.String("Average"),
		EstimatedInstanceWarmup: aws.Int32(int32(e.settings.Timings.Warmup.Seconds())),
		StepAdjustments:         steps,
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.PolicyARN), nil
}

// The bounds of a step are distances from the alarm's threshold.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html
func scaleOut() []types.StepAdjustment {
	return []types.StepAdjustment{
		{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(steepFrom), ScalingAdjustment: aws.Int32(1)},
		{MetricIntervalLowerBound: aws.Float64(steepFrom), ScalingAdjustment: aws.Int32(2)},
	}
}

// scaleIn has one step without an upper bound, because the idle alarm's metric is at its threshold.
func scaleIn() []types.StepAdjustment {
	return []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-1)}}
}
