package environment

import (
	"cmp"
	"context"
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// alarms describes the alarms of releases. The stack's own are on its dashboard.
func (r Reader) alarms(ctx context.Context, status *Status) error {
	described, err := r.DescribeAlarms(ctx)
	for _, alarm := range described {
		slot, kind := r.Environment.AlarmOf(aws.ToString(alarm.AlarmName))
		status.Alarms = append(status.Alarms, Alarm{
			Name: aws.ToString(alarm.AlarmName), Slot: slot, Kind: kind, State: string(alarm.StateValue), Reason: aws.ToString(alarm.StateReason),
			Description: aws.ToString(alarm.AlarmDescription), Since: aws.ToTime(alarm.StateTransitionedTimestamp),
			Marks: marks(alarm), Minutes: int(cmp.Or(aws.ToInt32(alarm.DatapointsToAlarm), aws.ToInt32(alarm.EvaluationPeriods))),
			MissingIsBad: aws.ToString(alarm.TreatMissingData) == "breaching",
			metric:       types.Metric{Namespace: alarm.Namespace, MetricName: alarm.MetricName, Dimensions: alarm.Dimensions},
		})
	}
	return err
}

// DescribeAlarms describes the alarms of releases.
func (r Reader) DescribeAlarms(ctx context.Context) ([]types.MetricAlarm, error) {
	out, err := r.Clients.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: r.Environment.Alarms()})
	if err != nil {
		return nil, err
	}
	return out.MetricAlarms, nil
}

// MetricOf returns the name of a CloudWatch metric in marks, samples and charts, or "" if it has
// none.
func MetricOf(name string) string {
	return map[string]string{"RequestCountPerTarget": "requests", "CPUUtilization": "cpu", "UnHealthyHostCount": "unhealthy"}[name]
}

// crossing matches the marks in an alarm's metric math: not the time before which it counts nothing.
var crossing = regexp.MustCompile(`\b([a-z]+)(?:, 0\))? (<|>=) (\d+)`)

func marks(alarm types.MetricAlarm) []Mark {
	marks := []Mark{}
	for _, query := range alarm.Metrics {
		for _, found := range crossing.FindAllStringSubmatch(aws.ToString(query.Expression), -1) {
			if threshold, err := strconv.ParseFloat(found[3], 64); err == nil {
				marks = append(marks, Mark{Metric: found[1], Threshold: threshold, Below: found[2] == "<"})
			}
		}
	}
	if name := MetricOf(aws.ToString(alarm.MetricName)); name != "" {
		marks = append(marks, Mark{Metric: name, Threshold: aws.ToFloat64(alarm.Threshold)})
	}
	return marks
}
