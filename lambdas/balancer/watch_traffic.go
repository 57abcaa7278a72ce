package balancer

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/balancer/judge"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// WatchTraffic checks once how the new fleet serves its share of the traffic.
var WatchTraffic = step.Define(step.Step{
	Name:     "WatchTraffic",
	Summary:  "Compares the new fleet's errors, times and health with those of the fleet beside it, and gives a verdict.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeTargetHealth"),
		step.Unbound("cloudwatch:GetMetricData"),
		{Name: "events:PutEvents", Scope: step.StackEvents},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, WatchTrafficInput) (Watch, error) {
	return watchTraffic{clients.ELB, clients.CloudWatch, clients.Events, settings}.run
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

// Watch is the result of the check: the verdict, and all that it is based on.
type Watch struct {
	fleet.LastUnhealthy
	Percent  int           `json:"percent"`
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	At       time.Time     `json:"at"`   // of the check
	Over     bool          `json:"over"` // the hold has ended, and the new fleet is not worse
	Baseline judge.Window  `json:"baseline"`
	Seen     judge.Window  `json:"seen"`
	Beside   judge.Fleet   `json:"beside"`  // what the new fleet is compared with
	Earlier  bool          `json:"earlier"` // that is the former fleet before the shift
	Limits   judge.Limits  `json:"limits"`
	New      Hosts         `json:"newHosts"`
	Former   Hosts         `json:"formerHosts"`
	Outcome  judge.Outcome `json:"outcome"`
	Judgment string        `json:"judgment"` // for people; of a fleet that is worse, the cause of the release's failure
}

// Note counts the errors of both fleets, or says why the new one is rejected, or in the end that the
// errors were too few to judge.
func (w Watch) Note() string {
	switch {
	case w.Outcome == judge.Fail:
		return w.Judgment
	case w.Percent == 0:
		return "no visitor sees it yet"
	case w.Over && w.Outcome == judge.Undecided:
		return fmt.Sprintf("%d %%: %s", w.Percent, w.Judgment)
	}
	return fmt.Sprintf("%d %%: %s", w.Percent, w.Seen)
}

type watchTraffic struct {
	targets  fleet.TargetReader
	metrics  cloudwatch.GetMetricDataAPIClient
	events   step.EventPutter
	settings step.Settings
}

// run looks at the health first, which is known at once: a fleet that is too ill is rejected even if
// there are no metrics.
func (w watchTraffic) run(ctx context.Context, in WatchTrafficInput) (Watch, error) {
	watch := Watch{Percent: in.Percent, Since: in.Since, Until: in.Until, At: time.Now().UTC(), Baseline: in.Baseline}
	fresh, err := w.health(ctx, in.Slot)
	if err != nil {
		return Watch{}, err
	}
	former, err := w.health(ctx, in.Slot.Other())
	if err != nil {
		return Watch{}, err
	}
	in.LastUnhealthy = in.Update(fresh, in.Plan)
	watch.LastUnhealthy, watch.New, watch.Former = in.LastUnhealthy, hostsOf(fresh), hostsOf(former)
	ill := watch.New.tooFewHealthy()
	seen, baseline, err := w.measure(ctx, in)
	if err != nil && ill == "" {
		return Watch{}, err
	}
	if in.Percent == 0 { // what visitors get is the former fleet's, and the time before the shift goes on
		seen, baseline = judge.Window{UnhealthyMinutes: seen.UnhealthyMinutes}, in.Baseline
	}
	verdict := judge.Judge(seen, baseline)
	if ill != "" {
		verdict.Outcome, verdict.Reason = judge.Fail, ill
	}
	watch.Over = verdict.Outcome != judge.Fail && !in.Asking && !watch.At.Before(in.Until)
	watch.Baseline, watch.Seen, watch.Beside, watch.Earlier = baseline, seen, verdict.Beside, verdict.Earlier
	watch.Limits, watch.Outcome, watch.Judgment = judge.LimitsOf(seen, baseline), verdict.Outcome, w.judgment(in, verdict)
	return watch, w.tell(ctx, in, watch)
}

// tell sends people the verdict at the end of the bake. That of a fleet that is worse is in the
// message of the release's failure.
func (w watchTraffic) tell(ctx context.Context, in WatchTrafficInput, watch Watch) error {
	if !watch.Over || in.Percent < 100 {
		return nil
	}
	return step.Tell(ctx, w.events, w.settings.Environment, release.Notice{
		Release: in.Plan.Release, Execution: in.Execution, Text: "The judge lets it pass with all of the traffic: " + watch.Judgment + ".",
	})
}

func (w watchTraffic) health(ctx context.Context, slot release.Slot) ([]types.TargetHealthDescription, error) {
	out, err := w.targets.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(w.settings.Targets(slot))})
	if err != nil {
		return nil, err
	}
	return out.TargetHealthDescriptions, nil
}

// judgment adds to a reason what it means for the release, or why a short hold decides nothing.
func (w watchTraffic) judgment(in WatchTrafficInput, verdict judge.Verdict) string {
	switch {
	case verdict.Outcome == judge.Fail:
		return fmt.Sprintf("release %s is rejected with %d %% of the traffic: %s", in.Plan.Release, in.Percent, in.Explain(verdict.Summary()))
	case verdict.Outcome == judge.Undecided && !in.Asking && in.Until.Sub(in.Since) < w.settings.Requested(metricsTake):
		return verdict.Reason + "; metrics arrive after the minute that they count, and a hold of less than two minutes may end before that"
	}
	return verdict.Summary()
}
