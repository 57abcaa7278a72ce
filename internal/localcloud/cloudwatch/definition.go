package cloudwatch

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

// checkAlarm refuses what AWS refuses, and names what only AWS supports.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
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
	case treatments[treat] == "":
		return fabric.Errorf("ValidationError", "TreatMissingData is %q: the embedded cloud has breaching and notBreaching", treat)
	case len(in.OKActions)+len(in.InsufficientDataActions) > 0 || in.ActionsEnabled != nil:
		return fabric.Errorf("ValidationError", "the embedded cloud has AlarmActions only, and always enabled: leave out OKActions, InsufficientDataActions and ActionsEnabled")
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
	return rule{
		periods: int(*in.EvaluationPeriods), toAlarm: int(datapointsToAlarm(in)), threshold: *in.Threshold,
		comparison: comparisons[in.ComparisonOperator], treatMissing: *in.TreatMissingData,
	}
}

func definition(in *cloudwatch.PutMetricAlarmInput) types.MetricAlarm {
	return types.MetricAlarm{
		ActionsEnabled: aws.Bool(true), AlarmActions: slices.Clone(in.AlarmActions),
		AlarmName: in.AlarmName, AlarmDescription: in.AlarmDescription,
		Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: slices.Clone(in.Dimensions),
		Statistic: in.Statistic, Unit: in.Unit, Period: in.Period, Metrics: slices.Clone(in.Metrics),
		EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm,
		Threshold: in.Threshold, ComparisonOperator: in.ComparisonOperator, TreatMissingData: in.TreatMissingData,
	}
}
