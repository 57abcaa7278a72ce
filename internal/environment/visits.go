package environment

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/release"
)

// Visits are the last visit of a gallery that serves, and the time at which its alarm may tear it down.
type Visits struct {
	Last    time.Time `json:"last,omitzero"`   // the end of the last minute with a visit, or zero if none is known
	Sleeps  time.Time `json:"sleeps,omitzero"` // before this time it is not torn down for want of visits; zero if that may happen at any time
	Minutes int       `json:"minutes"`         // without a visit, until it is
}

// TakeVisits adds the visits of a gallery that was last visited at a time, unless nothing serves or nothing
// waits for the end of its visits. minute is how long one is there.
func (s *Status) TakeVisits(last, now time.Time, minute time.Duration) {
	at := s.unvisited()
	if at < 0 {
		return
	}
	alarm := &s.Alarms[at]
	v := &Visits{Last: last, Minutes: alarm.Minutes}
	if s.Visits, alarm.Crossed = v, alarm.Minutes; !last.IsZero() {
		alarm.Crossed = max(0, min(alarm.Minutes, int(now.Sub(last)/minute)))
	}
	if due := last.Add(time.Duration(v.Minutes) * minute); due.After(now) {
		v.Sleeps = due
		return
	}
	for _, look := range s.Schedules { // the first look after a release, which no visit has put off
		if look.Starts == "sleep" && look.Next.After(now) {
			v.Sleeps = look.Next
		}
	}
}

// unvisited returns the index of the alarm that ends what serves, or -1.
func (s Status) unvisited() int {
	if s.Serving == nil {
		return -1
	}
	return slices.IndexFunc(s.Alarms, func(a Alarm) bool { return a.Kind == release.Unvisited })
}

// LastVisit returns the end of the last minute of which CloudWatch knows a visit, or zero if it knows none in twice
// the time that the alarm looks back at, or nothing waits for the end of the visits. It asks one question.
func (r Reader) LastVisit(ctx context.Context, status Status, now time.Time) (last time.Time, err error) {
	at := status.unvisited()
	if at < 0 {
		return last, nil
	}
	alarm := status.Alarms[at]
	to := now.UTC().Truncate(time.Minute).Add(time.Minute)
	read, err := r.readings(ctx, []types.MetricDataQuery{{Id: aws.String("visits"), MetricStat: &types.MetricStat{
		Metric: &alarm.metric, Period: aws.Int32(60), Stat: aws.String("Sum"),
	}}}, to.Add(-2*time.Duration(alarm.Minutes)*time.Minute), to)
	for minute, visits := range read["visits"] {
		if end := minute.Add(time.Minute); visits > 0 && end.After(last) {
			last = end
		}
	}
	return last, err
}
