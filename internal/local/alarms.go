package local

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/cloudwatch"
)

// metricNames are what samples and charts call the metrics.
var metricNames = map[string]string{"RequestCountPerTarget": "requests", "CPUUtilization": "cpu", "UnHealthyHostCount": "unhealthy"}

var statistics = map[string]func(cloudwatch.Point) float64{
	"requests":  func(p cloudwatch.Point) float64 { return p.Sum },
	"cpu":       cloudwatch.Point.Average,
	"unhealthy": func(p cloudwatch.Point) float64 { return p.Minimum },
}

func (l *Local) describeAlarms() []types.MetricAlarm {
	out, err := l.stack.Clients.CloudWatch.DescribeAlarms(context.Background(), &sdk.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(Environment.Name() + "-"),
	})
	if err != nil {
		return nil // the cloud is closing
	}
	return out.MetricAlarms
}

func (l *Local) alarms(described []types.MetricAlarm) []control.Alarm {
	alarms := []control.Alarm{}
	for _, alarm := range described {
		shown := control.Alarm{
			Name: aws.ToString(alarm.AlarmName), State: string(alarm.StateValue), Reason: aws.ToString(alarm.StateReason),
			Description: aws.ToString(alarm.AlarmDescription), Since: aws.ToTime(alarm.StateTransitionedTimestamp),
			Marks: marks(alarm), Minutes: int(aws.ToInt32(alarm.EvaluationPeriods)),
		}
		shown.Crossed = l.crossed(shown, aws.ToString(alarm.TreatMissingData) == "breaching")
		alarms = append(alarms, shown)
	}
	return alarms
}

// below finds the marks in an alarm's metric math.
var below = regexp.MustCompile(`(\w+)(?:, 0\))? < (\d+)`)

func marks(alarm types.MetricAlarm) []control.Mark {
	marks := []control.Mark{}
	for _, query := range alarm.Metrics {
		for _, found := range below.FindAllStringSubmatch(aws.ToString(query.Expression), -1) {
			if threshold, err := strconv.ParseFloat(found[2], 64); err == nil {
				marks = append(marks, control.Mark{Metric: found[1], Threshold: threshold, Below: true})
			}
		}
	}
	if name, known := metricNames[aws.ToString(alarm.MetricName)]; known {
		marks = append(marks, control.Mark{Metric: name, Threshold: aws.ToFloat64(alarm.Threshold)})
	}
	return marks
}

// crossed is in how many of the last samples, without a break, the alarm's marks were all crossed.
func (l *Local) crossed(alarm control.Alarm, missing bool) (minutes int) {
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

func crosses(s control.Sample, alarm control.Alarm, missing bool) bool {
	if _, existed := s.Alarms[alarm.Name]; !existed {
		return false
	}
	for _, mark := range alarm.Marks {
		value := map[string]*float64{"requests": s.Requests, "cpu": s.CPU, "unhealthy": s.Unhealthy}[mark.Metric]
		switch {
		case value == nil && !missing:
			return false
		case value == nil:
		case mark.Below && *value >= mark.Threshold:
			return false
		case !mark.Below && *value < mark.Threshold, !mark.Below && *value == mark.Threshold && mark.Metric != "unhealthy":
			return false
		}
	}
	return true
}

// watched is a metric that an alarm watches.
type watched struct {
	metric    cloudwatch.Metric
	statistic func(cloudwatch.Point) float64
}

// metrics are those that the alarms watch, by what samples call them.
func metrics(described []types.MetricAlarm) map[string]watched {
	found := map[string]watched{}
	for _, alarm := range described {
		if name, known := metricNames[aws.ToString(alarm.MetricName)]; known {
			metric := cloudwatch.Metric{Namespace: aws.ToString(alarm.Namespace), Name: *alarm.MetricName, Dimensions: map[string]string{}}
			for _, dimension := range alarm.Dimensions {
				metric.Dimensions[aws.ToString(dimension.Name)] = aws.ToString(dimension.Value)
			}
			found[name] = watched{metric, statistics[name]}
		}
	}
	return found
}

// before is the metric's value in the last minute that was over at a time; nil where it had none.
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

// alarmKind is an alarm's name without the environment's.
func alarmKind(name string) string { return strings.TrimPrefix(name, Environment.Name()+"-") }
