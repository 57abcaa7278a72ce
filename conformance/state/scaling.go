package state

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/release"
)

// scales checks policies and alarms of the group.
func (e Environment) scales(ctx context.Context, group string, found *differences) error {
	policies, err := e.AutoScaling.DescribePolicies(ctx, &autoscaling.DescribePoliciesInput{AutoScalingGroupName: &group})
	if err != nil {
		return err
	}
	called := map[string]string{}
	for _, policy := range policies.ScalingPolicies {
		found.want("the kind of policy "+*policy.PolicyName, aws.ToString(policy.PolicyType), "StepScaling")
		called[*policy.PolicyARN] = *policy.PolicyName
	}
	own, err := e.alarms(ctx)
	if err != nil {
		return err
	}
	alarms := map[string]string{}
	for _, alarm := range own {
		alarms[*alarm.AlarmName] = strings.Join(alarm.AlarmActions, " ")
		for _, action := range alarm.AlarmActions {
			alarms[*alarm.AlarmName] = called[action]
		}
	}
	alarm := func(kind release.AlarmKind) string { return group + "-" + string(kind) }
	want := map[string]string{
		alarm(release.UnhealthyHosts): "", alarm(release.RequestsHigh): release.ScaleOutPolicy,
		alarm(release.CPUHigh): release.ScaleOutPolicy, alarm(release.Idle): release.ScaleInPolicy,
		alarm(release.NoHealthyHost): "", e.Name.BalancerAlarm(): "",
	}
	if e.Sleeps {
		want[e.Name.UnvisitedAlarm()] = ""
	}
	found.want("the policies that alarms call", alarms, want)
	return nil
}

// alarms returns the release's alarms, without the stack's own, which notify a topic.
func (e Environment) alarms(ctx context.Context) (own []types.MetricAlarm, err error) {
	out, err := e.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(e.Name.Name() + "-")})
	if err != nil {
		return nil, err
	}
	for _, alarm := range out.MetricAlarms {
		if len(alarm.AlarmActions) == 0 || !strings.Contains(alarm.AlarmActions[0], ":sns:") {
			own = append(own, alarm)
		}
	}
	return own, nil
}

// Schedules returns the expressions of the environment's one-time schedules, by their names.
func (e Environment) Schedules(ctx context.Context) (map[string]string, error) {
	out, err := e.Scheduler.ListSchedules(ctx, &scheduler.ListSchedulesInput{GroupName: aws.String(e.Name.Name()), NamePrefix: aws.String(e.Name.TTLSchedule())})
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, summary := range out.Schedules {
		one, err := e.Scheduler.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: aws.String(e.Name.Name()), Name: summary.Name})
		if err != nil {
			return nil, err
		}
		found[*summary.Name] = *one.ScheduleExpression
	}
	return found, nil
}

func (e Environment) scheduled(ctx context.Context) (int, error) {
	found, err := e.Schedules(ctx)
	return len(found), err
}
