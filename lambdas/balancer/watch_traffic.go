package balancer

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/balancer/judge"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// WatchTraffic checks once how the new fleet serves its share of the traffic.
var WatchTraffic = step.Define(step.Step{
	Name:     "WatchTraffic",
	Summary:  "Compares the new fleet's errors, times and health with those of the fleet beside it; fails if it is worse.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeTargetHealth"),
		step.Unbound("cloudwatch:GetMetricData"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, WatchTrafficInput) (Watch, error) {
	return watchTraffic{clients.ELB, clients.CloudWatch, settings}.run
})

// WatchTrafficInput is the step's input.
type WatchTrafficInput struct {
	step.Call
	fleet.LastUnhealthy
	Plan         release.Plan `json:"plan"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
	Slot         release.Slot `json:"slot"`         // the new fleet's
	Percent      int          `json:"percent"`      // of the traffic, which the new fleet has
	Since        time.Time    `json:"since"`        // when it was given that
	Until        time.Time    `json:"until"`        // when the hold ends
	Asking       bool         `json:"asking"`       // a person ends it, whenever that is
	Baseline     judge.Window `json:"baseline"`     // the former fleet before the first shift, or empty
}

// Watch is the result of the check. A fleet that serves worse is an error instead.
type Watch struct {
	fleet.LastUnhealthy
	Percent  int           `json:"percent"`
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	Over     bool          `json:"over"` // the hold has ended, and the new fleet is not worse
	Baseline judge.Window  `json:"baseline"`
	Seen     judge.Window  `json:"seen"`
	Outcome  judge.Outcome `json:"outcome"`
	Judgment string        `json:"judgment"` // for people
}

// Note counts the errors of both fleets, or says in the end that they were too few to judge.
func (w Watch) Note() string {
	if w.Percent == 0 {
		return "no visitor sees it yet"
	}
	if w.Over && w.Outcome == judge.Undecided {
		return fmt.Sprintf("%d %%: %s", w.Percent, w.Judgment)
	}
	return fmt.Sprintf("%d %%: %s", w.Percent, w.Seen)
}

type watchTraffic struct {
	targets  fleet.TargetReader
	metrics  cloudwatch.GetMetricDataAPIClient
	settings step.Settings
}

// run looks at the health first, which is known at once.
func (w watchTraffic) run(ctx context.Context, in WatchTrafficInput) (Watch, error) {
	out, err := w.targets.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(w.settings.Targets(in.Slot))})
	if err != nil {
		return Watch{}, err
	}
	in.LastUnhealthy = in.Update(out.TargetHealthDescriptions)
	if reason := tooFewHealthy(out.TargetHealthDescriptions); reason != "" {
		return Watch{}, rejected(in, reason)
	}
	seen, baseline, err := w.measure(ctx, in)
	if err != nil {
		return Watch{}, err
	}
	if in.Percent == 0 { // what visitors get is the former fleet's, and the time before the shift goes on
		seen, baseline = judge.Window{Unhealthy: seen.Unhealthy}, in.Baseline
	}
	verdict := judge.Judge(seen, baseline)
	if verdict.Outcome == judge.Fail {
		return Watch{}, rejected(in, verdict.Reason)
	}
	return Watch{
		LastUnhealthy: in.LastUnhealthy, Percent: in.Percent, Since: in.Since, Until: in.Until, Over: !in.Asking && !time.Now().Before(in.Until),
		Baseline: baseline, Seen: seen, Outcome: verdict.Outcome, Judgment: w.judgment(in, verdict),
	}, nil
}

// judgment adds to a reason why a short hold decides nothing.
func (w watchTraffic) judgment(in WatchTrafficInput, verdict judge.Verdict) string {
	if verdict.Outcome == judge.Undecided && !in.Asking && in.Until.Sub(in.Since) < w.settings.Requested(metricsTake) {
		return verdict.Reason + "; metrics arrive after the minute that they count, and a hold of less than two minutes may end before that"
	}
	return verdict.Reason
}

func rejected(in WatchTrafficInput, reason string) error {
	return release.Errorf(release.TrafficRejected, "release %s is rejected with %d %% of the traffic: %s", in.Plan.Release, in.Percent, in.Explain(reason))
}
