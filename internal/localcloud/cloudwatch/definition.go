package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

// Limits of PutMetricAlarm.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const (
	longestName       = 255
	actionsAtMost     = 5
	longestEvaluation = 24 * 60 * 60 // seconds, for periods shorter than an hour
)

// checkAlarm refuses what AWS refuses, and by name what only AWS has.
func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	for _, check := range []func(*cloudwatch.PutMetricAlarmInput) error{checkSupported, checkEvaluation, checkActions} {
		if err := check(in); err != nil {
			return err
		}
	}
	return nil
}

func checkSupported(in *cloudwatch.PutMetricAlarmInput) error {
	if n := len(*in.AlarmName); n < 1 || n > longestName {
		return fabric.Errorf("ValidationError", "the alarm's name has %d characters: give 1 to %d", n, longestName)
	}
	for parameter, given := range map[string]bool{
		"EvaluationCriteria": in.EvaluationCriteria != nil, "EvaluationInterval": in.EvaluationInterval != nil,
		"EvaluationWindow": in.EvaluationWindow != nil, "ExtendedStatistic": in.ExtendedStatistic != nil,
		"ThresholdMetricId": in.ThresholdMetricId != nil, "ActionConfiguration": in.ActionConfiguration != nil,
		"EvaluateLowSampleCountPercentile": in.EvaluateLowSampleCountPercentile != nil,
	} {
		if given {
			return fabric.Errorf("ValidationError", "the embedded cloud has no alarms with %s: leave it out", parameter)
		}
	}
	return nil
}

func checkEvaluation(in *cloudwatch.PutMetricAlarmInput) error {
	periods, toAlarm, treat := aws.ToInt32(in.EvaluationPeriods), datapointsToAlarm(in), aws.ToString(in.TreatMissingData)
	switch {
	case periods < 1:
		return fabric.Errorf("ValidationError", "EvaluationPeriods is %d: give 1 or more", periods)
	case toAlarm < 1 || toAlarm > periods:
		return fabric.Errorf("ValidationError", "DatapointsToAlarm is %d: give 1 to EvaluationPeriods, which is %d", toAlarm, periods)
	case in.Threshold == nil:
		return fabric.Errorf("ValidationError", "the alarm has no Threshold")
	case comparisons[in.ComparisonOperator].breaches == nil:
		return fabric.Errorf("ValidationError", "the embedded cloud has no ComparisonOperator %q", in.ComparisonOperator)
	case treat != "" && treatments[treat] == "":
		return fabric.Errorf("ValidationError", "TreatMissingData is %q: give breaching, notBreaching, ignore or missing", treat)
	}
	return nil
}

func checkActions(in *cloudwatch.PutMetricAlarmInput) error {
	for _, actions := range [][]string{in.AlarmActions, in.OKActions, in.InsufficientDataActions} {
		if len(actions) > actionsAtMost {
			return fabric.Errorf("ValidationError", "%d actions for one state: give at most %d", len(actions), actionsAtMost)
		}
		for _, action := range actions {
			if !strings.HasPrefix(action, "arn:") {
				return fabric.Errorf("ValidationError", "action %q is no ARN", action)
			}
		}
	}
	return nil
}

func datapointsToAlarm(in *cloudwatch.PutMetricAlarmInput) int32 {
	if in.DatapointsToAlarm == nil {
		return aws.ToInt32(in.EvaluationPeriods)
	}
	return *in.DatapointsToAlarm
}

func ruleOf(in *cloudwatch.PutMetricAlarmInput) rule {
	treat := aws.ToString(in.TreatMissingData)
	if treat == "" {
		treat = missing
	}
	return rule{
		periods: int(*in.EvaluationPeriods), toAlarm: int(datapointsToAlarm(in)),
		threshold: *in.Threshold, comparison: comparisons[in.ComparisonOperator], treatMissing: treat,
	}
}

func definition(in *cloudwatch.PutMetricAlarmInput) types.MetricAlarm {
	return types.MetricAlarm{
		ActionsEnabled: aws.Bool(in.ActionsEnabled == nil || *in.ActionsEnabled),
		AlarmActions:   slices.Clone(in.AlarmActions), OKActions: slices.Clone(in.OKActions),
		InsufficientDataActions: slices.Clone(in.InsufficientDataActions),
		AlarmName:               in.AlarmName, AlarmDescription: in.AlarmDescription,
		Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: slices.Clone(in.Dimensions),
		Statistic: in.Statistic, Unit: in.Unit, Period: in.Period, Metrics: slices.Clone(in.Metrics),
		EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm,
		Threshold: in.Threshold, ComparisonOperator: in.ComparisonOperator, TreatMissingData: in.TreatMissingData,
	}
}
