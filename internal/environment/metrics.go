package environment

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// metricsTake is the time from the end of a minute until CloudWatch has all its metrics: Elastic Load
// Balancing measures and sends them in intervals of 60 seconds.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
const metricsTake = time.Minute

// maxQueries is how many metrics one call may ask for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const maxQueries = 500

// maxMinutes is how many minutes are read at most, which one page of an answer has room for.
const maxMinutes = 300

// Samples returns a sample of each minute between two times, oldest first: the last 300, of those that
// CloudWatch has. They have the metrics of the load balancer and the groups that there are now, and neither
// sizes nor the states of alarms, see Take.
func (r Reader) Samples(ctx context.Context, after, until time.Time) ([]Sample, error) {
	to := until.UTC().Truncate(time.Minute)
	if latest := time.Now().UTC().Add(-metricsTake).Truncate(time.Minute); to.After(latest) {
		to = latest
	}
	from := after.UTC().Truncate(time.Minute)
	if earliest := to.Add(-maxMinutes * time.Minute); from.Before(earliest) {
		from = earliest
	}
	if !from.Before(to) {
		return nil, nil // CloudWatch rejects a range that ends when it begins
	}
	queries, err := r.queries(ctx)
	if err != nil {
		return nil, err
	}
	read := readings{}
	if len(queries) > 0 {
		if read, err = r.readings(ctx, queries, from, to); err != nil {
			return nil, err
		}
	}
	var samples []Sample
	for minute := from; minute.Before(to); minute = minute.Add(time.Minute) {
		samples = append(samples, read.sample(minute))
	}
	return samples, nil
}

// queries asks for the metrics of the load balancer, with IDs as in MetricOf, and for those of each group,
// with its slot before that. It asks for none without a load balancer.
func (r Reader) queries(ctx context.Context) ([]types.MetricDataQuery, error) {
	found, err := balancer.Find(ctx, r.Clients.ELB, r.Environment)
	if err != nil || found == nil {
		return nil, err
	}
	const ofBalancers = "AWS/ApplicationELB"
	arn := aws.ToString(found.LoadBalancerArn)
	at := fleet.BalancerDimensions(arn)
	all := []types.MetricDataQuery{
		query("own", ofBalancers, "HTTPCode_ELB_5XX_Count", "Sum", at), query("errors", ofBalancers, "HTTPCode_Target_5XX_Count", "Sum", at),
		query("median", ofBalancers, "TargetResponseTime", "p50", at), query("slow", ofBalancers, "TargetResponseTime", "p99", at),
	}
	for _, slot := range release.Slots() {
		group, err := fleet.Group(ctx, r.Clients.AutoScaling, r.Environment.Group(slot))
		if err != nil {
			return nil, err
		}
		if group == nil {
			continue
		}
		all = append(all, query(string(slot)+"_cpu", "AWS/EC2", "CPUUtilization", "Average",
			[]types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: group.AutoScalingGroupName}}))
		for _, targets := range group.TargetGroupARNs {
			of := fleet.TargetDimensions(arn, targets)
			all = append(all, query(string(slot)+"_requests", ofBalancers, "RequestCountPerTarget", "Sum", of),
				query(string(slot)+"_unhealthy", ofBalancers, "UnHealthyHostCount", "Minimum", of),
				query(string(slot)+"_healthy", ofBalancers, "HealthyHostCount", "Maximum", of))
		}
	}
	return all, nil
}

// cpuPeriod is the time before the last complete minute in which an instance's CPU utilization is looked for.
const cpuPeriod = 5 * time.Minute

// CPU returns the last CPU utilization that CloudWatch has of each instance, in percent, by its ID. An instance of
// whose last minutes it has none is left out.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
func (r Reader) CPU(ctx context.Context, instances []Instance) (map[string]float64, error) {
	var queries []types.MetricDataQuery
	byQuery := map[string]string{}
	for i, one := range instances[:min(len(instances), maxQueries)] {
		id := "i" + strconv.Itoa(i)
		byQuery[id] = one.ID
		queries = append(queries, query(id, "AWS/EC2", "CPUUtilization", "Average", []types.Dimension{{Name: aws.String("InstanceId"), Value: aws.String(one.ID)}}))
	}
	if len(queries) == 0 {
		return nil, nil
	}
	to := time.Now().UTC().Add(-metricsTake).Truncate(time.Minute)
	read, err := r.readings(ctx, queries, to.Add(-cpuPeriod), to)
	last := map[string]float64{}
	for query, values := range read {
		if len(values) > 0 {
			last[byQuery[query]] = values[slices.MaxFunc(slices.Collect(maps.Keys(values)), time.Time.Compare)]
		}
	}
	return last, err
}

func query(id, namespace, name, statistic string, at []types.Dimension) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String(namespace), MetricName: aws.String(name), Dimensions: at},
		Period: aws.Int32(60), Stat: aws.String(statistic),
	}}
}

// readings has the values of each query by the start of their minute.
type readings map[string]map[time.Time]float64

// readings asks for all metrics at once. The answer has a minute only if something was measured.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
func (r Reader) readings(ctx context.Context, queries []types.MetricDataQuery, from, to time.Time) (readings, error) {
	read := readings{}
	pages := cloudwatch.NewGetMetricDataPaginator(r.Clients.CloudWatch, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(from), EndTime: aws.Time(to), MetricDataQueries: queries,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, result := range page.MetricDataResults {
			id := aws.ToString(result.Id)
			if read[id] == nil {
				read[id] = map[time.Time]float64{}
			}
			for i, at := range result.Timestamps[:min(len(result.Timestamps), len(result.Values))] {
				read[id][at.UTC()] = result.Values[i]
			}
		}
	}
	return read, nil
}
