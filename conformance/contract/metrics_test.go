package contract

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func metrics() []Behavior {
	return []Behavior{
		{"GetMetricData: a metric without values is complete and has none",
			"https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html", "", (*Account).metricIsEmpty},
	}
}

func (a *Account) metricIsEmpty() error {
	now := time.Now()
	out, err := a.CloudWatch.GetMetricData(a.Context, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-10 * time.Minute)), EndTime: &now, ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("probe"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{
				Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("RequestCount"),
				Dimensions: []types.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String("app/none/0123456789abcdef")}},
			},
			Period: aws.Int32(60), Stat: aws.String("Sum"),
		}}},
	})
	if err != nil {
		return err
	}
	if err := same("results", len(out.MetricDataResults), 1); err != nil {
		return err
	}
	result := out.MetricDataResults[0]
	return errors.Join(same("its ID", aws.ToString(result.Id), "probe"), same("its status", result.StatusCode, types.StatusCodeComplete),
		same("its values", len(result.Values), 0), same("its times", len(result.Timestamps), 0))
}
