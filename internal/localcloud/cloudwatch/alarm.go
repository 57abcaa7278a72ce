package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

// Limits of the API.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
const (
	deletedAtOnce   = 100
	describedAtOnce = 50
	describedAtMost = 100
)

type alarm struct {
	types.MetricAlarm // the definition and the state, as DescribeAlarms answers
	watched           watched
	rule              rule
	latest            datapoint // the most recent one that was not missing, as of the last evaluation
}

func (s *Service) putMetricAlarm(in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	if err := checkAlarm(in); err != nil {
		return nil, err
	}
	watched, err := s.watch(in)
	if err != nil {
		return nil, err
	}
	name, now := aws.ToString(in.AlarmName), time.Now().UTC()
	put := &alarm{MetricAlarm: definition(in), watched: watched, rule: ruleOf(in), latest: noData}
	put.AlarmArn = aws.String(fabric.ARN("cloudwatch", "alarm:"+name))
	put.AlarmConfigurationUpdatedTimestamp = &now
	if former := s.alarms[name]; former != nil {
		put.latest = former.latest
		put.StateValue, put.StateReason = former.StateValue, former.StateReason
		put.StateUpdatedTimestamp, put.StateTransitionedTimestamp = former.StateUpdatedTimestamp, former.StateTransitionedTimestamp
	} else {
		put.StateValue, put.StateReason = types.StateValueInsufficientData, aws.String("Unchecked: Initial alarm creation")
		put.StateUpdatedTimestamp, put.StateTransitionedTimestamp = &now, &now
	}
	s.alarms[name] = put
	return &cloudwatch.PutMetricAlarmOutput{}, nil
}

// describeAlarms answers in the order of the names, a page at a time.
func (s *Service) describeAlarms(in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	if err := checkDescription(in); err != nil {
		return nil, err
	}
	limit := describedAtOnce
	if in.MaxRecords != nil {
		limit = int(*in.MaxRecords)
	}
	out := &cloudwatch.DescribeAlarmsOutput{}
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		asked := len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, name)
		if name <= aws.ToString(in.NextToken) || !asked || !strings.HasPrefix(name, aws.ToString(in.AlarmNamePrefix)) {
			continue
		}
		if len(out.MetricAlarms) == limit {
			out.NextToken = out.MetricAlarms[limit-1].AlarmName
			break
		}
		out.MetricAlarms = append(out.MetricAlarms, s.alarms[name].MetricAlarm)
	}
	return out, nil
}

func checkDescription(in *cloudwatch.DescribeAlarmsInput) error {
	switch {
	case in.StateValue != "" || in.ActionPrefix != nil || in.AlarmTypes != nil || in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil:
		return fabric.Errorf("ValidationError", "the embedded cloud describes alarms by AlarmNames or AlarmNamePrefix only")
	case len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil:
		return fabric.Errorf("ValidationError", "AlarmNames and AlarmNamePrefix exclude each other: give one")
	case in.MaxRecords != nil && (*in.MaxRecords < 1 || *in.MaxRecords > describedAtMost):
		return fabric.Errorf("ValidationError", "MaxRecords is %d: give 1 to %d", *in.MaxRecords, describedAtMost)
	}
	return nil
}

// deleteAlarms deletes the alarms that exist, and then complains about the others.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
func (s *Service) deleteAlarms(in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	if len(in.AlarmNames) > deletedAtOnce {
		return nil, fabric.Errorf("ValidationError", "%d alarms to delete: give at most %d", len(in.AlarmNames), deletedAtOnce)
	}
	var absent []string
	for _, name := range in.AlarmNames {
		if s.alarms[name] == nil {
			absent = append(absent, name)
		}
		delete(s.alarms, name)
	}
	if len(absent) > 0 {
		return nil, fabric.Errorf("ResourceNotFound", "no such alarm: %s", strings.Join(absent, ", "))
	}
	return &cloudwatch.DeleteAlarmsOutput{}, nil
}
