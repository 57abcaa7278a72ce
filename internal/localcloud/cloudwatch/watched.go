package cloudwatch

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

// watched is a time series: a metric's statistic, or an expression of such statistics.
type watched struct {
	period int64                   // minutes
	value  func(end int64) float64 // in the period that ends with the minute; NaN where data is missing
}

// watch returns the one series that the alarm watches.
func (s *Service) watch(in *cloudwatch.PutMetricAlarmInput) (watched, error) {
	if len(in.Metrics) > 0 {
		return s.watchQueries(in.Metrics)
	}
	return s.watchMetric(&types.MetricStat{
		Metric: &types.Metric{Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions},
		Period: in.Period, Stat: aws.String(string(in.Statistic)),
	})
}

// watchQueries returns the series of metric math.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
func (s *Service) watchQueries(queries []types.MetricDataQuery) (watched, error) {
	metrics := map[string]watched{}
	var expressions []string
	for _, query := range queries {
		returned := query.ReturnData == nil || *query.ReturnData
		if returned != (query.Expression != nil) {
			return watched{}, fabric.Errorf("ValidationError", "query %s: set ReturnData to true on the expression that the alarm watches, to false on its metrics", *query.Id)
		}
		if returned {
			expressions = append(expressions, *query.Expression)
			continue
		}
		metric, err := s.watchMetric(query.MetricStat)
		if err != nil {
			return watched{}, err
		}
		metrics[*query.Id] = metric
	}
	if len(expressions) != 1 {
		return watched{}, fabric.Errorf("ValidationError", "%d queries return data: give one expression that does", len(expressions))
	}
	return s.watchExpression(expressions[0], metrics)
}

func (s *Service) watchMetric(stat *types.MetricStat) (watched, error) {
	statistic, period := statisticOf(aws.ToString(stat.Stat)), aws.ToInt32(stat.Period)
	switch {
	case aws.ToString(stat.Metric.Namespace) == "" || aws.ToString(stat.Metric.MetricName) == "":
		return watched{}, fabric.Errorf("ValidationError", "the metric needs Namespace and MetricName")
	case statistic == nil:
		return watched{}, fabric.Errorf("ValidationError", "statistic %q: the embedded cloud has Average, Sum, Minimum, Maximum and percentiles such as p99", aws.ToString(stat.Stat))
	case period < 60 || period%60 != 0:
		return watched{}, fabric.Errorf("ValidationError", "period %d: the embedded cloud keeps metrics by the minute, give a multiple of 60", period)
	}
	metric := Metric{Namespace: *stat.Metric.Namespace, Name: *stat.Metric.MetricName, Dimensions: map[string]string{}}
	for _, dimension := range stat.Metric.Dimensions {
		metric.Dimensions[aws.ToString(dimension.Name)] = aws.ToString(dimension.Value)
	}
	key, minutes := metric.key(), int64(period/60)
	return watched{minutes, func(end int64) float64 {
		point := gather(s.points[key], end-minutes, end)
		if point.Count == 0 {
			return math.NaN()
		}
		return statistic(point)
	}}, nil
}

var statistics = map[string]func(Point) float64{
	string(types.StatisticAverage): Point.Average,
	string(types.StatisticSum):     func(p Point) float64 { return p.Sum },
	string(types.StatisticMinimum): func(p Point) float64 { return p.Minimum },
	string(types.StatisticMaximum): func(p Point) float64 { return p.Maximum },
}
