package local

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/release"
)

var statistics = map[string]func(cloudwatch.Point) float64{
	"requests":  func(p cloudwatch.Point) float64 { return p.Sum },
	"cpu":       cloudwatch.Point.Average,
	"unhealthy": func(p cloudwatch.Point) float64 { return p.Minimum },
	"healthy":   func(p cloudwatch.Point) float64 { return p.Maximum },
	"errors":    func(p cloudwatch.Point) float64 { return p.Sum },
}

func (l *Local) describeAlarms() []types.MetricAlarm {
	described, _ := l.reader().DescribeAlarms(context.Background()) // empty while the cloud is closing
	return described
}

// addCrossed adds how many minutes each alarm has crossed its marks.
func (l *Local) addCrossed(alarms []environment.Alarm) {
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	for i := range alarms {
		alarms[i].Crossed = alarms[i].CrossedIn(l.recorder.samples)
	}
}

// watched is a metric that an alarm watches.
type watched struct {
	metric    cloudwatch.Metric
	statistic func(cloudwatch.Point) float64
}

// metrics returns the metrics that the alarms of each slot watch, by their names in samples, and
// without a slot those of the load balancer's.
func metrics(described []types.MetricAlarm) map[release.Slot]map[string]watched {
	found := map[release.Slot]map[string]watched{release.Blue: {}, release.Green: {}, "": {}}
	for _, alarm := range described {
		slot, kind := Environment.AlarmOf(aws.ToString(alarm.AlarmName))
		if name := environment.MetricOf(aws.ToString(alarm.MetricName)); name != "" && kind != "" {
			found[slot][name] = watch(name, &types.Metric{Namespace: alarm.Namespace, MetricName: alarm.MetricName, Dimensions: alarm.Dimensions})
		}
		for _, query := range alarm.Metrics {
			if name := aws.ToString(query.Id); query.MetricStat != nil && kind != "" {
				found[slot][name] = watch(name, query.MetricStat.Metric)
			}
		}
	}
	return found
}

func watch(name string, of *types.Metric) watched {
	metric := cloudwatch.Metric{Namespace: aws.ToString(of.Namespace), Name: aws.ToString(of.MetricName), Dimensions: map[string]string{}}
	for _, dimension := range of.Dimensions {
		metric.Dimensions[aws.ToString(dimension.Name)] = aws.ToString(dimension.Value)
	}
	return watched{metric, statistics[name]}
}

// before returns the metric's value in the last full minute before a time, or nil if it had none.
func (l *Local) before(at time.Time, of watched) (value *float64) {
	minute := l.stack.Cloud.Fabric.Scale(time.Minute)
	l.stack.Cloud.Fabric.Do(func() {
		for _, point := range l.stack.Cloud.CloudWatch.Series(of.metric, at.Add(-2*minute)) {
			if !point.At.Add(minute).After(at) {
				found := of.statistic(point)
				value = &found
			}
		}
	})
	return value
}
