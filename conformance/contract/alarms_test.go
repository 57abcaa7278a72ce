package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

const (
	putAlarm     = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
	deleteAlarms = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"
)

func alarms() []Behavior {
	return []Behavior{
		{"PutMetricAlarm: a new alarm is INSUFFICIENT_DATA", putAlarm,
			"has it OK at once", func(a *Account) error {
				if err := a.alarm(1); err != nil {
					return err
				}
				found, err := a.describedAlarm()
				return errors.Join(err, same("its state", found.StateValue, types.StateValueInsufficientData))
			}},
		{"PutMetricAlarm: putting an alarm again replaces its definition", putAlarm, "", func(a *Account) error {
			if err := errors.Join(a.alarm(1), a.alarm(2)); err != nil {
				return err
			}
			found, err := a.describedAlarm()
			return errors.Join(err, same("its threshold", aws.ToFloat64(found.Threshold), 2))
		}},
		{"DescribeAlarms: an unknown name is left out without an error",
			"https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html", "", func(a *Account) error {
				out, err := a.CloudWatch.DescribeAlarms(a.Context, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"none"}})
				if err != nil {
					return err
				}
				return same("alarms", len(out.MetricAlarms), 0)
			}},
		{"DeleteAlarms: the alarm is gone", deleteAlarms, "", func(a *Account) error {
			if err := a.alarm(1); err != nil {
				return err
			}
			if _, err := a.CloudWatch.DeleteAlarms(a.Context, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"probe"}}); err != nil {
				return err
			}
			found, err := a.describedAlarm()
			return errors.Join(err, same("its name", aws.ToString(found.AlarmName), ""))
		}},
	}
}

func (a *Account) alarm(threshold float64) error {
	_, err := a.CloudWatch.PutMetricAlarm(a.Context, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("probe"), Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: types.StatisticAverage,
		Dimensions: []types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("probe")}},
		Period:     aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: &threshold,
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, TreatMissingData: aws.String("notBreaching"),
	})
	return err
}

// describedAlarm is empty if there is none.
func (a *Account) describedAlarm() (types.MetricAlarm, error) {
	out, err := a.CloudWatch.DescribeAlarms(a.Context, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"probe"}})
	if err != nil || len(out.MetricAlarms) == 0 {
		return types.MetricAlarm{}, err
	}
	return out.MetricAlarms[0], nil
}
