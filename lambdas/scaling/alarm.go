// Package scaling holds the steps that make the group's alarms, policies and bounds.
package scaling

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// The thresholds of scaling. The low ones are half of the high ones: even from two instances to
// one, the remaining instance stays below the high threshold.
const (
	requestsHigh = 200 // a target, a minute
	requestsLow  = 100
	cpuHigh      = 60 // percent
	cpuLow       = 30

	// steepFrom is how far above its threshold a metric calls for two instances. Both alarms of the
	// policy share it: 90 % CPU, or 230 requests.
	steepFrom = 30

	alarmPeriod = 60 // seconds; the load balancer publishes its metrics once a minute
)

var idleExpression = fmt.Sprintf("IF(FILL(requests, 0) < %d AND cpu < %d, 1, 0)", requestsLow, cpuLow)

// place identifies the resources that the metrics measure.
type place struct {
	environment  release.Environment
	slot         release.Slot
	loadBalancer string // ARN
	targetGroup  string // ARN
	tags         []types.Tag
}

func placeOf(settings step.Settings, slot release.Slot, loadBalancer string) place {
	at := place{environment: settings.Environment, slot: slot, loadBalancer: loadBalancer, targetGroup: settings.Targets(slot)}
	for _, tag := range settings.Tagged() {
		at.tags = append(at.tags, types.Tag{Key: aws.String(tag.Key), Value: aws.String(tag.Value)})
	}
	return at
}

func (p place) targets() []types.Dimension {
	return fleet.TargetDimensions(p.loadBalancer, p.targetGroup)
}

func (p place) requests() *types.Metric {
	return &types.Metric{
		Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("RequestCountPerTarget"), Dimensions: p.targets(),
	}
}

func (p place) cpu() *types.Metric {
	return &types.Metric{
		Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"),
		Dimensions: []types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String(p.environment.Group(p.slot))}},
	}
}

// unhealthyHosts guards a refresh. It needs three bad minutes in a row: an instance that starts
// slowly is unhealthy for about one, and the next one starts minutes later; an instance that never
// becomes healthy is unhealthy for four, from its failed checks to the end of its grace period.
// Traffic avoids unhealthy targets, so no count of errors would show a dead version.
func (p place) unhealthyHosts() *cloudwatch.PutMetricAlarmInput {
	alarm := p.alarm(release.UnhealthyHosts, "Targets are unhealthy: an instance refresh in progress is rolled back.")
	alarm.Namespace, alarm.MetricName, alarm.Dimensions = aws.String("AWS/ApplicationELB"), aws.String("UnHealthyHostCount"), p.targets()
	alarm.Statistic, alarm.Period = types.StatisticMinimum, aws.Int32(alarmPeriod)
	alarm.ComparisonOperator, alarm.Threshold = types.ComparisonOperatorGreaterThanOrEqualToThreshold, aws.Float64(1)
	alarm.EvaluationPeriods = aws.Int32(3)
	alarm.TreatMissingData = aws.String("notBreaching")
	return alarm
}

func (p place) requestsHigh(scaleOut string) *cloudwatch.PutMetricAlarmInput {
	alarm := p.above(p.requests(), p.alarm(release.RequestsHigh, "Many requests for each target: the group grows."), requestsHigh)
	alarm.Statistic, alarm.AlarmActions = types.StatisticSum, []string{scaleOut}
	return alarm
}

func (p place) cpuHigh(scaleOut string) *cloudwatch.PutMetricAlarmInput {
	alarm := p.above(p.cpu(), p.alarm(release.CPUHigh, "The instances are busy: the group grows."), cpuHigh)
	alarm.Statistic, alarm.AlarmActions = types.StatisticAverage, []string{scaleOut}
	return alarm
}

// idle returns one alarm on two metrics: with an alarm each, one would shrink the group while the
// other grows it. Missing requests count as 0, and missing data from the instances as idle.
func (p place) idle(scaleIn string) *cloudwatch.PutMetricAlarmInput {
	alarm := p.alarm(release.Idle, "Few requests and little CPU: the group shrinks.")
	alarm.Metrics = []types.MetricDataQuery{
		{Id: aws.String("idle"), Expression: aws.String(idleExpression), ReturnData: aws.Bool(true)},
		input("requests", p.requests(), types.StatisticSum),
		input("cpu", p.cpu(), types.StatisticAverage),
	}
	alarm.ComparisonOperator, alarm.Threshold = types.ComparisonOperatorGreaterThanOrEqualToThreshold, aws.Float64(1)
	alarm.EvaluationPeriods = aws.Int32(10)
	alarm.TreatMissingData, alarm.AlarmActions = aws.String("breaching"), []string{scaleIn}
	return alarm
}

// above makes the alarm fire after two minutes above the threshold, because one minute may be
// chance.
func (p place) above(metric *types.Metric, alarm *cloudwatch.PutMetricAlarmInput, mark float64) *cloudwatch.PutMetricAlarmInput {
	alarm.Namespace, alarm.MetricName, alarm.Dimensions = metric.Namespace, metric.MetricName, metric.Dimensions
	alarm.Period, alarm.EvaluationPeriods = aws.Int32(alarmPeriod), aws.Int32(2)
	alarm.ComparisonOperator, alarm.Threshold = types.ComparisonOperatorGreaterThanThreshold, aws.Float64(mark)
	alarm.TreatMissingData = aws.String("notBreaching")
	return alarm
}

func (p place) alarm(kind release.AlarmKind, description string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName:        aws.String(p.environment.Alarm(p.slot, kind)),
		AlarmDescription: aws.String(description),
		Tags:             p.tags,
	}
}

func input(id string, metric *types.Metric, statistic types.Statistic) types.MetricDataQuery {
	return types.MetricDataQuery{
		Id: aws.String(id), ReturnData: aws.Bool(false),
		MetricStat: &types.MetricStat{Metric: metric, Period: aws.Int32(alarmPeriod), Stat: aws.String(string(statistic))},
	}
}
