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
func (l *Local) addCrossed(alarms []environment.Alarm, described []types.MetricAlarm) {
	for i := range alarms {
		for _, alarm := range described {
			if aws.ToString(alarm.AlarmName) == alarms[i].Name {
				alarms[i].Crossed = l.crossed(alarms[i], aws.ToString(alarm.TreatMissingData) == "breaching")
			}
		}
	}
}

// crossed returns for how many of the last samples in a row all marks of the alarm were crossed.
func (l *Local) crossed(alarm environment.Alarm, missing bool) (minutes int) {
	l.recorder.mu.Lock()
	defer l.recorder.mu.Unlock()
	for i := len(l.recorder.samples) - 1; i >= 0 && minutes < alarm.Minutes; i-- {
		if !crosses(l.recorder.samples[i], alarm, missing) {
			break
		}
		minutes++
	}
	return minutes
}

func crosses(s environment.Sample, alarm environment.Alarm, missing bool) bool {
	values := valuesOf(s, alarm.Slot)
	if _, existed := s.Alarms[alarm.Name]; !existed || values == nil {
		return false
	}
	for _, mark := range alarm.Marks {
		value, fromIt := values[mark.Metric], mark.Metric == "unhealthy" || mark.Metric == "errors"
		switch {
		case value == nil && !missing:
			return false
		case value == nil:
		case mark.Below && *value >= mark.Threshold:
			return false
		case !mark.Below && *value < mark.Threshold, !mark.Below && *value == mark.Threshold && !fromIt:
			return false
		}
	}
	return true
}

// valuesOf returns what the marks of a slot's alarms are compared with, or without a slot of the
// load balancer's. It is nil if the slot had no fleet.
func valuesOf(s environment.Sample, slot release.Slot) map[string]*float64 {
	if slot == "" {
		return map[string]*float64{"errors": s.Own}
	}
	fleet := s.Of(slot)
	if fleet == nil {
		return nil
	}
	return map[string]*float64{"requests": fleet.Requests, "cpu": fleet.CPU, "unhealthy": fleet.Unhealthy, "healthy": fleet.Healthy}
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
