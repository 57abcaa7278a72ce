package local

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/cloudwatch"
)

// addVisits adds how near the gallery is to its sleep, at the pace.
func (l *Local) addVisits(s *environment.Status, described []types.MetricAlarm) {
	at := slices.IndexFunc(described, func(a types.MetricAlarm) bool { return aws.ToString(a.AlarmName) == Environment.UnvisitedAlarm() })
	if at < 0 {
		return
	}
	now, minute := time.Now(), l.stack.Cloud.Fabric.Scale(time.Minute)
	watched := watch("visits", &types.Metric{Namespace: described[at].Namespace, MetricName: described[at].MetricName, Dimensions: described[at].Dimensions})
	looksBack := 2 * time.Duration(aws.ToInt32(described[at].EvaluationPeriods)) * minute // longer than the alarm
	last := time.Time{}
	l.stack.Cloud.Fabric.Do(func() { last = lastOf(l.stack.Cloud.CloudWatch.Series(watched.metric, now.Add(-looksBack)), minute) })
	s.TakeVisits(last, now, minute)
}

// lastOf returns the end of the last minute of a series in which something was counted, or zero.
func lastOf(series []cloudwatch.Point, minute time.Duration) time.Time {
	for _, point := range slices.Backward(series) {
		if point.Sum > 0 {
			return point.At.Add(minute)
		}
	}
	return time.Time{}
}
