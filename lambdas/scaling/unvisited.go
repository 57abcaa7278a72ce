package scaling

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/release"
)

// unvisited fires when the load balancer has chosen a target for no request for that long. Health
// checks are no requests. A minute without any has no data, so a new alarm is in ALARM at once: the
// rule of the stack matches only one that was OK before, and each release schedules a first look.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (p place) unvisited(after time.Duration) *cloudwatch.PutMetricAlarmInput {
	metric := p.ofBalancer("RequestCount")
	alarm := p.alarm(release.Unvisited, fmt.Sprintf("No visit for %d minutes: the gallery is torn down, and its image kept.", int(after.Minutes())))
	alarm.AlarmName = aws.String(p.environment.UnvisitedAlarm())
	alarm.Namespace, alarm.MetricName, alarm.Dimensions = metric.Namespace, metric.MetricName, metric.Dimensions
	alarm.Statistic, alarm.Period = types.StatisticSum, aws.Int32(alarmPeriod)
	alarm.ComparisonOperator, alarm.Threshold = types.ComparisonOperatorLessThanThreshold, aws.Float64(1)
	alarm.EvaluationPeriods = aws.Int32(int32(after / (alarmPeriod * time.Second)))
	alarm.TreatMissingData = aws.String("breaching")
	return alarm
}
