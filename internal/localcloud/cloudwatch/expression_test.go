package cloudwatch

import (
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

var requests = Metric{
	Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget",
	Dimensions: map[string]string{"TargetGroup": "targetgroup/web/1", "LoadBalancer": "app/web/2"},
}

func query(id string, metric Metric, statistic string) types.MetricDataQuery {
	stat := &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String(metric.Namespace), MetricName: aws.String(metric.Name)},
		Period: aws.Int32(60), Stat: aws.String(statistic),
	}
	for name, value := range metric.Dimensions {
		stat.Metric.Dimensions = append(stat.Metric.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: stat, ReturnData: aws.Bool(false)}
}

// idle alarms after three minutes in which the expression is 1.
func idle(expression string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("idle"), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("breaching"),
		Metrics: []types.MetricDataQuery{
			{Id: aws.String("idle"), Expression: aws.String(expression)},
			query("requests", requests, "Sum"),
			query("cpu", busy, "Average"),
		},
	}
}

func TestIdleAlarmIsLowOnlyWhenBothMetricsAre(t *testing.T) {
	absent := math.NaN()
	for _, test := range []struct {
		name          string
		requests, cpu float64
		want          types.StateValue
	}{
		{"both low", 10, 5, types.StateValueAlarm},
		{"requests high", 500, 5, types.StateValueOk},
		{"CPU high", 10, 80, types.StateValueOk},
		{"both high", 500, 80, types.StateValueOk},
		{"no requests at all, CPU low", absent, 5, types.StateValueAlarm},
		{"no requests at all, CPU high", absent, 80, types.StateValueOk},
		{"no CPU", 10, absent, types.StateValueAlarm},
		{"nothing", absent, absent, types.StateValueAlarm},
	} {
		inCloud(t, func(c cloud) {
			c.put(idle("IF(FILL(requests, 0) < 100 AND cpu < 30, 1, 0)"))
			for range 3 {
				c.fabric.Do(func() {
					if !math.IsNaN(test.requests) {
						c.service.Record(requests, test.requests)
					}
					if !math.IsNaN(test.cpu) {
						c.service.Record(busy, test.cpu)
					}
				})
				c.minute(busy)
			}
			if got := c.describe("idle"); got.StateValue != test.want {
				c.Errorf("%s: %s (%s), want %s", test.name, got.StateValue, *got.StateReason, test.want)
			}
		})
	}
}

func TestExpressionsAreWorkedOut(t *testing.T) {
	values := map[string]float64{"a": 4, "b": 2, "gone": math.NaN()}
	metrics, service := map[string]watched{}, &Service{fabric: fabric.New(1)}
	defer service.fabric.Close()
	for id, value := range values {
		metrics[id] = watched{period: 1, value: func(int64) float64 { return value }}
	}
	for expression, want := range map[string]float64{
		"a": 4, "a > b": 1, "a >= 4 AND b < 2": 0, "a < 1 OR b <= 2": 1, "a < 1 OR b <= 1 OR a > 3": 1,
		"a > 5 AND (b > 1 OR a > 1)": 0, "a > 5 AND b > 1 OR a > 1": 1,
		"IF(a > 3, b, 0)": 2, "IF(a < 3, b, 7.5)": 7.5,
		"a + b": 6, "3 * a + b": 14, "a + b * 3": 10, "2 * FILL(gone, 3) > a + 1": 1, "a + gone": math.NaN(),
		"EPOCH(a)": -60, "EPOCH(gone)": math.NaN(),
		"FILL(gone, 3)": 3, "FILL(a, 3)": 4, "IF(a > 3, 1, gone)": 1,
		"gone < 5": math.NaN(), "IF(gone, 1, 0)": math.NaN(), "a > 3 OR gone > 3": math.NaN(),
	} {
		compiled, err := service.watchExpression(expression, metrics)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := compiled.value(0); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s is %g, want %g", expression, got, want)
		}
	}
}

func TestExpressionsBeyondTheSubsetAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		for _, expression := range []string{
			"ANOMALY_DETECTION_BAND(cpu)", "SUM(METRICS())", "cpu < ", "IF(cpu < 1, 1)", "FILL(cpu)", "EPOCH(cpu, 1)",
			"memory < 1", "IF(cpu > 3, 1, memory)", "cpu ^ 2", "cpu - 2", "cpu == 2", "-1", "cpu / 0", `SEARCH("x", "y")`, "cpu.requests", "[cpu]",
		} {
			if _, err := c.client.PutMetricAlarm(c.Context(), idle(expression)); codeOf(err) != "ValidationError" {
				c.Errorf("%s: got %v", expression, err)
			}
		}
		none := idle("1")
		none.Metrics = none.Metrics[:1]
		two := idle("cpu")
		two.Metrics[1].ReturnData = nil
		mixed := idle("cpu")
		mixed.Metrics[1].MetricStat.Period = aws.Int32(300)
		both := idle("cpu")
		both.Metrics[1].Expression = aws.String("cpu")
		for name, alarm := range map[string]*cloudwatch.PutMetricAlarmInput{
			"no metric": none, "two results": two, "two periods": mixed, "metric and expression in one": both,
		} {
			if _, err := c.client.PutMetricAlarm(c.Context(), alarm); codeOf(err) != "ValidationError" {
				c.Errorf("%s: got %v", name, err)
			}
		}
	})
}
