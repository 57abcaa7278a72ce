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
	Summary:  "Sets the group's bounds, its scheduled sizes, its scaling policies, the alarms that drive them, and those that tell of an outage.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: append([]step.Operation{
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
		{Name: "autoscaling:UpdateAutoScalingGroup", Scope: step.Owned},
		{Name: "autoscaling:PutScalingPolicy", Scope: step.Owned},
		{Name: "cloudwatch:PutMetricAlarm", Scope: step.Named},
	}, ScheduleOperations...),
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
	Scheduler
	PutScalingPolicy(context.Context, *autoscaling.PutScalingPolicyInput, ...func(*autoscaling.Options)) (*autoscaling.PutScalingPolicyOutput, error)
}

type ensureScaling struct {
	groups   scalingAPI
	alarms   alarmPutter
	settings step.Settings
}

func (e ensureScaling) run(ctx context.Context, in EnsureScalingInput) (struct{}, error) {
	if err := e.size(ctx, in); err != nil {
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
	alarms := []*cloudwatch.PutMetricAlarmInput{
		at.unhealthyHosts(), at.requestsHigh(out), at.cpuHigh(out), at.idle(shrink), at.noHealthyHost(since), at.balancerErrors(since),
	}
	if after := e.settings.SleepAfter; after > 0 {
		alarms = append(alarms, at.unvisited(after))
	}
	for _, alarm := range alarms {
		if _, err := e.alarms.PutMetricAlarm(ctx, alarm); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, nil
}

// size sets the plan's bounds and its scheduled sizes. While another fleet may have to take the
// traffic back, neither of the two shrinks: both were made for the whole traffic.
func (e ensureScaling) size(ctx context.Context, in EnsureScalingInput) error {
	if in.Former == "" {
		desired := in.Plan.Desired
		if in.Size > 0 {
			desired = 0 // the fleet has its size, and may have grown since
		}
		if _, err := e.group(ctx, in.Slot); err != nil {
			return err
		}
		return e.follow(ctx, in.Slot, in.Plan.Timetable, in.Plan.Usual(), in.Plan.Bounds, desired)
	}
	if err := e.hold(ctx, in.Former, in.Plan, 0); err != nil {
		return err
	}
	return e.hold(ctx, in.Slot, in.Plan, in.Plan.MaxSize)
}

// hold keeps a slot's group at least at its present size. Without most its maximum stays. Scheduled
// sizes that begin during the release only raise its bounds, and none ends.
func (e ensureScaling) hold(ctx context.Context, slot release.Slot, plan release.Plan, most int) error {
	group, err := e.group(ctx, slot)
	if err != nil {
		return err
	}
	now, size := time.Now(), int(aws.ToInt32(group.DesiredCapacity))
	least := release.Bounds{MinSize: size, MaxSize: max(size, cmp.Or(most, int(aws.ToInt32(group.MaxSize))))}
	if scheduled := plan.InForce(now); scheduled != nil {
		least = least.Hold(scheduled.Bounds())
	}
	held := func(at time.Time) release.Bounds {
		bounds := least
		for _, begun := range plan.Rising(least, now, at).Sizes {
			bounds = bounds.Hold(begun.Bounds())
		}
		return bounds
	}
	return e.follow(ctx, slot, plan.Rising(least, now, now.Add(plan.Longest())), release.Bounds{}, held, 0)
}

// follow schedules the sizes before it sets the bounds: what begins in between is in force then.
func (e ensureScaling) follow(ctx context.Context, slot release.Slot, sizes release.Timetable, usual release.Bounds, inForce func(time.Time) release.Bounds, desired int) error {
	group := e.settings.Environment.Group(slot)
	if err := Schedule(ctx, e.groups, group, sizes, usual); err != nil {
		return err
	}
	return SetBounds(ctx, e.groups, group, inForce, desired)
}

func (e ensureScaling) group(ctx context.Context, slot release.Slot) (*types.AutoScalingGroup, error) {
	name := e.settings.Environment.Group(slot)
	group, err := fleet.Group(ctx, e.groups, name)
	if err == nil && group == nil {
		err = release.Errorf(release.FleetFailed, "group %s does not exist any more; release again", name)
	}
	return group, err
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
