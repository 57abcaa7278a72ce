package scaling

import (
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
	Summary:  "Sets the group's bounds, its scaling policies and the alarms that drive them.",
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
	group, err := fleet.Group(ctx, e.groups, e.settings.Environment)
	if err != nil {
		return struct{}{}, err
	}
	if group == nil {
		return struct{}{}, release.Errorf(release.FleetFailed, "group %s does not exist any more; release again", e.settings.Environment.Name())
	}
	if err := SetBounds(ctx, e.groups, e.settings.Environment, in.Plan.MinSize, in.Plan.MaxSize, in.Plan.Desired); err != nil {
		return struct{}{}, err
	}
	out, err := e.putPolicy(ctx, release.ScaleOutPolicy, scaleOut())
	if err != nil {
		return struct{}{}, err
	}
	shrink, err := e.putPolicy(ctx, release.ScaleInPolicy, scaleIn())
	if err != nil {
		return struct{}{}, err
	}
	at := placeOf(e.settings, in.LoadBalancer)
	for _, alarm := range []*cloudwatch.PutMetricAlarmInput{at.unhealthyHosts(), at.requestsHigh(out), at.cpuHigh(out), at.idle(shrink)} {
		if _, err := e.alarms.PutMetricAlarm(ctx, alarm); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, nil
}

func (e ensureScaling) putPolicy(ctx context.Context, name string, steps []types.StepAdjustment) (arn string, err error) {
	out, err := e.groups.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName:    aws.String(e.settings.Environment.Name()),
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
