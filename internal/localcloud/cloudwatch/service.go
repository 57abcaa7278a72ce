// Package cloudwatch is the embedded cloud's CloudWatch: metrics by the minute, and alarms on a
// metric or on metric math that run actions.
package cloudwatch

import (
	"time"

	"photogallery/internal/localcloud/fabric"
)

// serviceID is the SDK's name of the service.
const serviceID = "CloudWatch"

// resolution is the period of standard metrics. Nothing is kept at a finer one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html#high-resolution-metrics
const resolution = time.Minute

// Service holds the metrics and alarms of one cloud. Unless a method says otherwise, it is called
// under the fabric's lock.
type Service struct {
	fabric     *fabric.Fabric
	minute     int64                      // the first minute that has not ended, counted from the epoch at the cloud's pace
	collecting bool                       // values recorded now belong to minute
	points     map[string]map[int64]Point // by metric and minute, without minutes that have no values
	alarms     map[string]*alarm
	collectors []func()
	actions    []actionRunner
}

// New registers CloudWatch's operations and starts its clock: at the end of each minute of the
// cloud's time the collectors run, then every alarm is evaluated.
func New(f *fabric.Fabric) *Service {
	s := &Service{fabric: f, points: map[string]map[int64]Point{}, alarms: map[string]*alarm{}}
	s.minute = s.minuteOf(time.Now())
	fabric.Handle(f, serviceID, "PutMetricAlarm", s.putMetricAlarm)
	fabric.Handle(f, serviceID, "DescribeAlarms", s.describeAlarms)
	fabric.Handle(f, serviceID, "DeleteAlarms", s.deleteAlarms)
	fabric.Handle(f, serviceID, "GetMetricData", s.getMetricData)
	s.awaitMinute()
	return s
}

// Collect registers a collector that is called under the lock at the end of each minute, before the
// alarms are evaluated. What it records belongs to the minute that ends. With it a service samples
// its state so that no minute is skipped or counted twice.
func (s *Service) Collect(collector func()) { s.collectors = append(s.collectors, collector) }

// awaitMinute waits for the end of the minute. Each wait is computed anew, so that late timers do
// not add up.
func (s *Service) awaitMinute() {
	end := s.startOf(s.minute + 1)
	remaining := time.Until(end)
	pace := float64(resolution) / float64(s.fabric.Scale(resolution))
	s.fabric.After(time.Duration(float64(max(0, remaining))*pace), s.endMinute)
}

func (s *Service) endMinute() {
	s.collecting = true
	for _, collect := range s.collectors {
		collect()
	}
	s.collecting = false
	// After a laptop has slept, the missed minutes have no data.
	s.minute = max(s.minute+1, s.minuteOf(time.Now()))
	s.evaluateAll()
	s.awaitMinute()
}

func (s *Service) minuteOf(at time.Time) int64 {
	return at.UnixNano() / int64(s.fabric.Scale(resolution))
}

func (s *Service) startOf(minute int64) time.Time {
	return time.Unix(0, minute*int64(s.fabric.Scale(resolution))).UTC()
}
