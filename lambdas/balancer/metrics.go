package balancer

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/balancer/judge"
	"photogallery/lambdas/fleet"
)

const (
	minute          = 60          // seconds, the period of the load balancer's metrics
	metricsTake     = 2 * minute  // seconds from the start of a minute until its metrics can be read
	baselineSeconds = 10 * minute // before the first shift
)

// measure returns what the fleets answered since the shift, and before the first one. It reads whole
// minutes: in the minute of a shift the fleets have both shares.
func (w watchTraffic) measure(ctx context.Context, in WatchTrafficInput) (seen, baseline judge.Window, err error) {
	whole := w.settings.Requested(minute)
	now, first, shift := floor(time.Now(), whole), floor(in.Since.Add(whole-1), whole), floor(in.Since, whole)
	from, baseline := first, in.Baseline
	if baseline.Former.Requests == 0 {
		from = shift.Add(-w.settings.Requested(baselineSeconds))
	}
	// CloudWatch rejects a range that ends when it begins.
	if !from.Before(now) {
		return seen, baseline, nil
	}
	read, err := w.read(ctx, in, from, now)
	if err != nil {
		return seen, baseline, err
	}
	if from.Before(shift) {
		baseline = read.window(from, shift)
		baseline.New, baseline.UnhealthyMinutes = judge.Fleet{}, 0
	}
	return read.window(first, now), baseline, nil
}

// floor returns the start of the period that contains a time.
func floor(at time.Time, period time.Duration) time.Time {
	return time.Unix(0, at.UnixNano()-at.UnixNano()%int64(period)).UTC()
}

// read asks for all metrics at once. The answer has a minute only if something was counted.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
func (w watchTraffic) read(ctx context.Context, in WatchTrafficInput, from, to time.Time) (readings, error) {
	read := readings{}
	pages := cloudwatch.NewGetMetricDataPaginator(w.metrics, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(from), EndTime: aws.Time(to), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: queries(in.LoadBalancer, w.settings.Targets(in.Slot), w.settings.Targets(in.Slot.Other())),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, result := range page.MetricDataResults {
			read.add(aws.ToString(result.Id), result)
		}
	}
	return read, nil
}

// queries asks for the metrics of the new fleet, the former one and the load balancer. The minimum of
// unhealthy targets counts those that all nodes of the load balancer find unhealthy.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func queries(loadBalancer, fresh, former string) []types.MetricDataQuery {
	all := []types.MetricDataQuery{query("refused", "HTTPCode_ELB_5XX_Count", types.StatisticSum, fleet.BalancerDimensions(loadBalancer))}
	for _, of := range []struct{ id, targets string }{{newFleet, fresh}, {formerFleet, former}} {
		at := fleet.TargetDimensions(loadBalancer, of.targets)
		all = append(all, query(of.id+"Requests", "RequestCount", types.StatisticSum, at),
			query(of.id+"Errors", "HTTPCode_Target_5XX_Count", types.StatisticSum, at),
			query(of.id+"Seconds", "TargetResponseTime", types.StatisticAverage, at),
			query(of.id+"P90", "TargetResponseTime", "p90", at), query(of.id+"P99", "TargetResponseTime", "p99", at))
		if of.id == newFleet {
			all = append(all, query(of.id+"Unhealthy", "UnHealthyHostCount", types.StatisticMinimum, at))
		}
	}
	return all
}

func query(id, name string, statistic types.Statistic, at []types.Dimension) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(name), Dimensions: at},
		Period: aws.Int32(minute), Stat: aws.String(string(statistic)),
	}}
}
