package balancer

import (
	"context"
	"fmt"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// ShiftTraffic moves more of the visitors to the release.
var ShiftTraffic = step.Define(step.Step{
	Name:     "ShiftTraffic",
	Summary:  "Sets the listener's weights to the next percentage of the traffic.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("elasticloadbalancing:DescribeListeners"),
		{Name: "elasticloadbalancing:ModifyListener", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, ShiftTrafficInput) (Shift, error) {
	return shiftTraffic{clients.ELB, clients.DynamoDB, settings}.run
})

// ShiftTrafficInput is the step's input.
type ShiftTrafficInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	Slot         release.Slot `json:"slot"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
	Percent      int          `json:"percent"`      // of the shift before, 0 if there was none, or 100 for no more steps
}

// Shift is the part of the visitors that the release has, and for how long.
type Shift struct {
	Percent int       `json:"percent"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Wait    int       `json:"wait"`    // seconds between two checks
	Last    bool      `json:"last"`    // whether these are all visitors
	Asking  bool      `json:"asking"`  // false: silence is a yes
	AskNext bool      `json:"askNext"` // whether the next shift needs an approval
}

// Note names the share.
func (s Shift) Note() string { return fmt.Sprintf("%d %% of the traffic", s.Percent) }

type shiftAPI interface {
	elb.DescribeListenersAPIClient
	ListenerModifier
}

type shiftTraffic struct {
	api      shiftAPI
	table    records.Reader
	settings step.Settings
}

// run moves nothing without the lock: the execution that has it now decides who serves.
func (s shiftTraffic) run(ctx context.Context, in ShiftTrafficInput) (Shift, error) {
	if err := records.RequireLock(ctx, s.table, s.settings.Table, in.Execution); err != nil {
		return Shift{}, err
	}
	listener, err := Entrance(ctx, s.api, in.LoadBalancer)
	if err != nil {
		return Shift{}, err
	}
	if listener == nil {
		return Shift{}, noEntrance(in.LoadBalancer)
	}
	next, seconds := nextOf(in.Plan, in.Percent)
	if err := Direct(ctx, s.api, *listener, Split(s.settings, in.Slot, next)); err != nil {
		return Shift{}, err
	}
	now := time.Now().UTC()
	following, _ := nextOf(in.Plan, next)
	return Shift{
		Percent: next, Since: now, Until: now.Add(s.settings.Requested(seconds)), Wait: step.Pause(seconds), Last: next == 100,
		AskNext: in.Plan.Approval && next < 100 && following == 100,
	}, nil
}

// nextOf returns the first percentage above the given one, and how many seconds it is watched.
func nextOf(plan release.Plan, percent int) (next, seconds int) {
	for _, next := range plan.Traffic {
		if next > percent && next < 100 {
			return next, plan.HoldSeconds
		}
	}
	return 100, plan.BakeSeconds
}
