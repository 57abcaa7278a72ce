package scaling

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// The alarms of this file tell people. They call nothing themselves: rules of the stack send
// messages when they change, so that another topic or address also holds for what runs already.

// An outage by the load balancer's own errors is a minute with at least ownErrors of them, and more
// than one in ownShare of all answers.
const (
	ownErrors = 10
	ownShare  = 20
)

// A new alarm looks at the minutes before it, too, in which there was no fleet. So the expressions
// count only minutes that begin after the alarm was put. EPOCH has a value in each minute; AND takes
// a missing one beside it for 0, so a minute without data is no outage.
//
// errorsExpression adds the errors to the requests, because the load balancer counts only requests
// for which it chose a target: not those that it refuses because there is none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
const (
	healthyExpression = "IF(EPOCH(healthy) >= %d AND healthy < 1, 1, 0)"
	errorsExpression  = "IF(EPOCH(FILL(errors, 0)) >= %d AND FILL(errors, 0) >= %d AND %d * FILL(errors, 0) > FILL(errors, 0) + FILL(requests, 0), 1, 0)"
)

// countedFrom returns the end of the five minutes in which an alarm is put. A step that runs again
// in them puts the same alarm.
func countedFrom(settings step.Settings, now time.Time) time.Time {
	span := settings.Requested(5 * 60)
	return now.Truncate(span).Add(span)
}

// noHealthyHost fires after two minutes in which no node of the load balancer saw a healthy target.
// That is longer than a fleet drains that is removed. A target group without targets has no data,
// and neither has a load balancer that nobody asks; visitors who come then ring balancerErrors.
func (p place) noHealthyHost(since time.Time) *cloudwatch.PutMetricAlarmInput {
	alarm := p.outage(release.NoHealthyHost, fmt.Sprintf("No instance of the %s fleet is healthy, so its visitors get errors. %s A release of the former image brings back what served before.", p.slot, p.firstLook()))
	alarm.Metrics = []types.MetricDataQuery{
		{Id: aws.String("outage"), Expression: aws.String(fmt.Sprintf(healthyExpression, since.Unix())), ReturnData: aws.Bool(true)},
		input("healthy", &types.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("HealthyHostCount"), Dimensions: p.targets()}, types.StatisticMaximum),
	}
	alarm.EvaluationPeriods = aws.Int32(2)
	return alarm
}

// balancerErrors fires after three such minutes of five. The errors are those of the load balancer
// alone: it has no target, or the one that it chose does not answer.
func (p place) balancerErrors(since time.Time) *cloudwatch.PutMetricAlarmInput {
	alarm := p.outage(release.BalancerErrors, fmt.Sprintf("The load balancer answers more than one request in %d with an error of its own (502, 503 or 504): it has no instance that answers. %s Instances that are busy or out of memory need a larger instanceType or maxSize.", ownShare, p.firstLook()))
	alarm.AlarmName = aws.String(p.environment.BalancerAlarm())
	alarm.Metrics = []types.MetricDataQuery{
		{Id: aws.String("outage"), Expression: aws.String(fmt.Sprintf(errorsExpression, since.Unix(), ownErrors, ownShare)), ReturnData: aws.Bool(true)},
		input("errors", p.ofBalancer("HTTPCode_ELB_5XX_Count"), types.StatisticSum),
		input("requests", p.ofBalancer("RequestCount"), types.StatisticSum),
	}
	alarm.EvaluationPeriods, alarm.DatapointsToAlarm = aws.Int32(5), aws.Int32(3)
	return alarm
}

func (p place) outage(kind release.AlarmKind, description string) *cloudwatch.PutMetricAlarmInput {
	alarm := p.alarm(kind, description)
	alarm.ComparisonOperator, alarm.Threshold = types.ComparisonOperatorGreaterThanOrEqualToThreshold, aws.Float64(1)
	alarm.TreatMissingData = aws.String("notBreaching")
	return alarm
}

// firstLook says what to do first. It has no quotation marks, which would end a message's text.
func (p place) firstLook() string {
	return strings.ReplaceAll("Look at gallery status --stack NAME for the instances and what happened to them, and at gallery logs --stack NAME INSTANCE for what they wrote.", "NAME", p.environment.Name())
}

// ofBalancer returns a metric of the load balancer as a whole.
func (p place) ofBalancer(name string) *types.Metric {
	return &types.Metric{
		Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(name), Dimensions: fleet.BalancerDimensions(p.loadBalancer),
	}
}
