package balancer

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/balancer/judge"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	entrance = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/photogallery-main/50dc6c495c0c9188"
	blue     = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/73e2d6bc24d8a067"
	green    = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/83e2d6bc24d8a067"

	greenRequests, greenErrors = "RequestCount targetgroup/green/83e2d6bc24d8a067", "HTTPCode_Target_5XX_Count targetgroup/green/83e2d6bc24d8a067"
	blueRequests, blueErrors   = "RequestCount targetgroup/blue/73e2d6bc24d8a067", "HTTPCode_Target_5XX_Count targetgroup/blue/73e2d6bc24d8a067"
	greenSeconds               = "TargetResponseTime targetgroup/green/83e2d6bc24d8a067"
	blueSeconds                = "TargetResponseTime targetgroup/blue/73e2d6bc24d8a067"
	greenUnhealthy             = "UnHealthyHostCount targetgroup/green/83e2d6bc24d8a067"
	refusedCount               = "HTTPCode_ELB_5XX_Count app/photogallery-main/50dc6c495c0c9188"
)

// health is the health of each target of the green slot.
type health []types.TargetHealthStateEnum

func (h health) DescribeTargetHealth(_ context.Context, in *elb.DescribeTargetHealthInput, _ ...func(*elb.Options)) (*elb.DescribeTargetHealthOutput, error) {
	out := &elb.DescribeTargetHealthOutput{}
	for _, state := range h {
		if aws.ToString(in.TargetGroupArn) == green {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, types.TargetHealthDescription{
				Target:       &types.TargetDescription{Id: aws.String("i-0123456789abcdef0")},
				TargetHealth: &types.TargetHealth{State: state, Reason: "Target.ResponseCodeMismatch", Description: aws.String("Health checks failed with these codes: [503]")},
			})
		}
	}
	return out, nil
}

// counted has the values of metrics by the minute, from the start of the test on. It answers one
// query a page.
type counted struct {
	*testing.T
	start  time.Time
	minute time.Duration
	values map[string][]float64
}

func (c counted) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	if !in.StartTime.Before(*in.EndTime) || in.EndTime.After(time.Now()) {
		c.Errorf("metrics are read from %s to %s at %s", in.StartTime, in.EndTime, time.Now())
	}
	asked := in.MetricDataQueries[len(aws.ToString(in.NextToken))]
	result := cloudwatchtypes.MetricDataResult{Id: asked.Id}
	dimensions := asked.MetricStat.Metric.Dimensions
	name := aws.ToString(asked.MetricStat.Metric.MetricName) + " " + aws.ToString(dimensions[len(dimensions)-1].Value)
	for i, value := range c.values[name] {
		if at := c.start.Add(time.Duration(i) * c.minute); !at.Before(*in.StartTime) && at.Before(*in.EndTime) && value >= 0 {
			result.Timestamps, result.Values = append(result.Timestamps, at), append(result.Values, value)
		}
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []cloudwatchtypes.MetricDataResult{result}}
	if next := aws.ToString(in.NextToken) + "."; len(next) < len(in.MetricDataQueries) {
		out.NextToken = aws.String(next)
	}
	return out, nil
}

// after runs the step so long after the start of the test. The shift is at 2:30, in the middle of a minute, and is
// held for three minutes.
func after(t *testing.T, elapsed time.Duration, targets health, values map[string][]float64, change func(*WatchTrafficInput)) (Watch, error) {
	t.Helper()
	return paced(t, time.Second, elapsed, targets, values, change)
}

// paced is after in a cloud whose second is so long.
func paced(t *testing.T, second, elapsed time.Duration, targets health, values map[string][]float64, change func(*WatchTrafficInput)) (watch Watch, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		time.Sleep(elapsed)
		in := WatchTrafficInput{
			Plan: release.Plan{Release: "r2"}, LoadBalancer: entrance, Slot: release.Green, Percent: 5,
			Since: start.Add(150 * second), Until: start.Add(330 * second),
		}
		change(&in)
		settings := step.Settings{TargetGroup: blue, GreenTargetGroup: green, Timings: step.Timings{Second: second}}
		watch, err = watchTraffic{targets, counted{t, start, 60 * second, values}, nil, settings}.run(t.Context(), in)
	})
	return watch, err
}

func unchanged(*WatchTrafficInput) {}

var serving = health{types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumHealthy}

// traffic has 100 requests for the new fleet and 1,900 for the former one in each minute. That of the
// shift has other numbers.
func traffic(extra map[string][]float64) map[string][]float64 {
	values := map[string][]float64{
		blueRequests: {2000, 2000, 1950, 1900, 1900, 1900}, blueErrors: {2, 2, 999, 1, 2, -1},
		greenRequests: {-1, 1, 50, 100, 100, 100}, greenErrors: {-1, -1, 50, -1, 1, 1},
	}
	for name, series := range extra {
		values[name] = series
	}
	return values
}

func TestWatchComparesWholeMinutesSinceTheShift(t *testing.T) {
	before := judge.Window{Former: judge.Fleet{Requests: 4000, Errors: 4}}
	tests := map[string]struct {
		elapsed time.Duration
		seen    judge.Window
		over    bool
		note    string
	}{
		"in the minute of the shift": {160 * time.Second, judge.Window{}, false, "5 %: no requests counted yet"},
		"in the next one":            {230 * time.Second, judge.Window{}, false, "5 %: no requests counted yet"},
		"one minute": {250 * time.Second, judge.Window{New: judge.Fleet{Requests: 100}, Former: judge.Fleet{Requests: 1900, Errors: 1}}, false,
			"5 %: 0 of 100 failed, 1 of 1,900 beside it"},
		"at the end of the hold": {330 * time.Second, judge.Window{New: judge.Fleet{Requests: 200, Errors: 1}, Former: judge.Fleet{Requests: 3800, Errors: 3}}, true,
			"5 %: 1 of 200 failed, 3 of 3,800 beside it"},
		"late": {375 * time.Second, judge.Window{New: judge.Fleet{Requests: 300, Errors: 2}, Former: judge.Fleet{Requests: 5700, Errors: 3}}, true,
			"5 %: 2 of 300 failed, 3 of 5,700 beside it"},
	}
	for name, test := range tests {
		watch, err := after(t, test.elapsed, serving, traffic(nil), unchanged)
		if err != nil || watch.Seen != test.seen || watch.Over != test.over || watch.Note() != test.note || watch.Baseline != before {
			t.Errorf("%s: %v, %+v, note %q", name, err, watch, watch.Note())
		}
	}
}

func TestWatchFollowsThePaceOfTheCloud(t *testing.T) {
	watch, err := paced(t, time.Second/10, 33*time.Second, serving, traffic(nil), unchanged)
	if err != nil || !watch.Over || watch.Seen.New.Requests != 200 || watch.Baseline.Former.Requests != 4000 {
		t.Errorf("%v, %+v", err, watch)
	}
}

func TestWatchKeepsTheBaselineOfTheFirstShift(t *testing.T) {
	kept := judge.Window{Former: judge.Fleet{Requests: 777}}
	watch, err := after(t, 330*time.Second, serving, traffic(nil), func(in *WatchTrafficInput) { in.Baseline = kept })
	if err != nil || watch.Baseline != kept || watch.Seen.New.Requests != 200 {
		t.Errorf("%v, %+v", err, watch)
	}
}

func TestWatchWeighsMeanTimesByRequests(t *testing.T) {
	watch, err := after(t, 330*time.Second, serving, traffic(map[string][]float64{
		greenRequests: {-1, -1, -1, 100, 300}, greenSeconds: {-1, -1, -1, 0.5, 0.1}, blueSeconds: {9, 9, 9, 0.2, -1},
	}), unchanged)
	if err != nil || watch.Seen.New.Seconds != 0.2 || watch.Seen.Former.Seconds != 0.2 {
		t.Errorf("%v, %+v", err, watch.Seen)
	}
}

// The metrics of a minute may arrive one after the other.
func TestWatchLeavesOutErrorsOfRequestsItDoesNotKnow(t *testing.T) {
	watch, err := after(t, 330*time.Second, serving, traffic(map[string][]float64{
		greenRequests: {-1, -1, -1, 100, -1}, greenErrors: {-1, -1, -1, 0, 50},
	}), unchanged)
	if err != nil || watch.Seen.New != (judge.Fleet{Requests: 100}) {
		t.Errorf("%v, %+v", err, watch.Seen)
	}
}

func TestShortHoldsAreDecidedByHealth(t *testing.T) {
	watch, err := after(t, 210*time.Second, serving, traffic(nil), func(in *WatchTrafficInput) { in.Until = in.Since.Add(time.Minute) })
	if err != nil || !watch.Over || !strings.Contains(watch.Judgment, "health alone decides") || !strings.Contains(watch.Note(), "a hold of less than two minutes") {
		t.Errorf("%v, %+v", err, watch)
	}
}

func TestFleetsThatServeWorseAreRejected(t *testing.T) {
	const healthy, unhealthy, initial = types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumUnhealthy, types.TargetHealthStateEnumInitial
	tests := map[string]struct {
		targets health
		values  map[string][]float64
		reason  string // "" if it passes
	}{
		"as good":              {serving, traffic(nil), ""},
		"one of two unhealthy": {health{healthy, unhealthy}, traffic(nil), ""},
		"one of four, two new": {health{healthy, initial, initial, unhealthy}, traffic(nil), ""},
		"two of three":         {health{healthy, unhealthy, unhealthy}, traffic(nil), "the new fleet has 1 healthy and 2 unhealthy targets; "},
		"no target":            {nil, traffic(nil), "the new fleet has 0 healthy and 0 unhealthy targets"},
		"all new":              {health{initial}, traffic(nil), "the new fleet has 0 healthy and 0 unhealthy targets"},
		"long unhealthy": {serving, traffic(map[string][]float64{greenUnhealthy: {0, 0, 0, 1, 1, 1}}),
			"a target of the new fleet was unhealthy for 3 minutes in a row"},
		"unhealthy again": {serving, traffic(map[string][]float64{greenUnhealthy: {1, 1, 1, 1, 0, 1}}), ""},
		"errors": {serving, traffic(map[string][]float64{greenErrors: {-1, -1, -1, 5, 5, 5}}),
			"5.0 % of 300 answers of the new fleet were errors (5xx), 0.1 % of 5,700 of the former one"},
		"closed connections": {serving, traffic(map[string][]float64{refusedCount: {1, 1, 50, 100, 100, 100}}),
			"the load balancer itself answered 5.0 % of 6,000 requests with an error (5xx), 0.1 % of 4,000 before the shift"},
		"slow": {serving, traffic(map[string][]float64{greenSeconds: {1, 1, 1, 1, 1, 1}, blueSeconds: {.1, .1, .1, .1, .1, .1}}),
			"300 answers of the new fleet took 1000 ms on average, 5,700 of the former one 100 ms"},
	}
	for name, test := range tests {
		watch, err := after(t, 375*time.Second, test.targets, test.values, unchanged)
		rejected := watch.Outcome == judge.Fail && !watch.Over && strings.HasPrefix(watch.Judgment, "release r2 is rejected with 5 % of the traffic: ")
		if err != nil || rejected != (test.reason != "") || !strings.Contains(watch.Judgment, test.reason) {
			t.Errorf("%s: %v, %s because %q, want %q", name, err, watch.Outcome, watch.Judgment, test.reason)
		}
	}
}

func TestRejectionNamesATargetThatWasUnhealthyBefore(t *testing.T) {
	watch, err := after(t, 375*time.Second, nil, nil, func(in *WatchTrafficInput) {
		in.LastUnhealthy = fleet.LastUnhealthy{Target: "target i-1 was unhealthy"}
	})
	if err != nil || watch.Outcome != judge.Fail || !strings.HasSuffix(watch.Judgment, "; target i-1 was unhealthy") {
		t.Errorf("%v, %+v", err, watch)
	}
}

// What people see of both fleets is in the answer, whatever the verdict.
func TestWatchTellsWhatTheVerdictIsBasedOn(t *testing.T) {
	watch, err := after(t, 375*time.Second, health{types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumUnhealthy}, traffic(map[string][]float64{
		greenErrors: {-1, -1, -1, 50, 50, 50}, greenSeconds: {9, 9, 9, 0.2, 0.3, 0.1}, blueSeconds: {9, 9, 9, 0.1, 0.1, 0.1}, refusedCount: {0, 0, 0, 1, 0, 2},
	}), unchanged)
	if err != nil || watch.Outcome != judge.Fail || watch.New != (Hosts{1, 1}) || watch.Former != (Hosts{}) {
		t.Errorf("%v, %+v", err, watch)
	}
	if fresh := watch.Seen.New; fresh.Errors != 150 || fresh.P90 != 0.3 || fresh.P99 != 0.3 || watch.Seen.Refused != 3 {
		t.Errorf("seen is %+v", watch.Seen)
	}
	if watch.Beside.Requests != 5700 || watch.Earlier || watch.Limits.Errors < 3 || watch.Limits.Errors > 20 || watch.Limits.Seconds < 0.29 || watch.Limits.Seconds > 0.31 {
		t.Errorf("beside is %+v, the limits are %+v", watch.Beside, watch.Limits)
	}
}
