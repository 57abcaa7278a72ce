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

type alarm struct {
	types.MetricAlarm // the definition and the state, as in DescribeAlarms
	watched           watched
	rule              rule
	latest            datapoint // the most recent data point of the last evaluation
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

// describeAlarms answers in alphabetical order, in one page: an environment has a few alarms.
func (s *Service) describeAlarms(in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	out := &cloudwatch.DescribeAlarmsOutput{}
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		asked := len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, name)
		if asked && strings.HasPrefix(name, aws.ToString(in.AlarmNamePrefix)) {
			out.MetricAlarms = append(out.MetricAlarms, s.alarms[name].MetricAlarm)
		}
	}
	return out, nil
}

// deleteAlarms deletes the alarms that exist before it reports the others.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
func (s *Service) deleteAlarms(in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
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
