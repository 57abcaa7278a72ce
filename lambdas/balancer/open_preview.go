package balancer

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// OpenPreview makes the rule by which the release verifies its fleet before a visitor sees it. The
// rule also lets the load balancer check the fleet's health, which it does only for target groups
// that it uses.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
var OpenPreview = step.Define(step.Step{
	Name:     "OpenPreview",
	Summary:  "Adds the listener rule that leads requests with the release's secret header to the idle slot.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeListeners"),
		step.Unbound("elasticloadbalancing:DescribeRules"),
		{Name: "elasticloadbalancing:CreateRule", Scope: step.CreatedTagged},
		{Name: "elasticloadbalancing:DeleteRule", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, OpenPreviewInput) (struct{}, error) {
	return openPreview{clients.ELB, settings}.run
})

// OpenPreviewInput is the step's input.
type OpenPreviewInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	Slot         release.Slot `json:"slot"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
}

type previewAPI interface {
	elb.DescribeListenersAPIClient
	RuleReader
	RuleDeleter
	CreateRule(context.Context, *elb.CreateRuleInput, ...func(*elb.Options)) (*elb.CreateRuleOutput, error)
}

type openPreview struct {
	api      previewAPI
	settings step.Settings
}

// run replaces the rule of an earlier run or release. Its value is in no answer, because answers are
// in the execution's history: Verify reads it from the rule.
func (o openPreview) run(ctx context.Context, in OpenPreviewInput) (struct{}, error) {
	listener, err := Entrance(ctx, o.api, in.LoadBalancer)
	if err != nil {
		return struct{}{}, err
	}
	if listener == nil {
		return struct{}{}, noEntrance(in.LoadBalancer)
	}
	found, err := rules(ctx, o.api, aws.ToString(listener.ListenerArn))
	if err != nil {
		return struct{}{}, err
	}
	taken := map[string]bool{}
	for _, rule := range found {
		if password(rule) == "" {
			taken[aws.ToString(rule.Priority)] = true
			continue
		}
		if err := DeleteRule(ctx, o.api, rule.RuleArn); err != nil {
			return struct{}{}, err
		}
	}
	return struct{}{}, o.create(ctx, listener, in.Slot, taken)
}

// create takes the first priority that no rule of somebody else has.
func (o openPreview) create(ctx context.Context, listener *types.Listener, slot release.Slot, taken map[string]bool) error {
	priority := 1
	for taken[strconv.Itoa(priority)] {
		priority++
	}
	_, err := o.api.CreateRule(ctx, &elb.CreateRuleInput{
		ListenerArn: listener.ListenerArn,
		Priority:    aws.Int32(int32(priority)),
		Conditions: []types.RuleCondition{{
			Field:            aws.String("http-header"),
			HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String(PreviewHeader), Values: []string{rand.Text()}},
		}},
		Actions: []types.Action{ForwardTo(o.settings, slot)},
		Tags:    tags(o.settings),
	})
	if release.IsAlreadyExists(err) {
		// An answer was lost, or somebody else took the priority: the next run of the step finds out.
		return release.Errorf(release.StillInUse, "priority %d of listener %s has just been taken: %w", priority, aws.ToString(listener.ListenerArn), err)
	}
	return err
}

// noEntrance is retried: the listener was made by an earlier step.
func noEntrance(balancer string) error {
	return release.Errorf(release.AwsUnavailable, "load balancer %s has no listener that forwards, although one was made", balancer)
}
