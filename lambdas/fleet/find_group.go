package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// FindGroup decides between a first release, a rolling one and a second fleet. What an earlier run
// left goes first.
var FindGroup = step.Define(step.Step{
	Name:     "FindGroup",
	Summary:  "Looks which fleet serves: none yet, one that is being deleted, one to roll, or one to make another beside; and whether an earlier run left one.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, FindGroupInput) (FoundGroup, error) {
	return findGroup{clients.AutoScaling, clients.DynamoDB, settings}.run
})

// FindGroupInput is the step's input.
type FindGroupInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// GroupState says what is where the release's fleet will be.
type GroupState string

// The states.
const (
	Absent   GroupState = "absent"   // nothing, and no fleet serves
	Deleting GroupState = "deleting" // a group that is not gone yet
	Present  GroupState = "present"  // the fleet that serves, to roll
	Beside   GroupState = "beside"   // nothing, and a fleet serves from the other slot
	Left     GroupState = "left"     // a group in the slot that does not serve, which an earlier run could not remove
)

// FoundGroup is the answer on which the state machine branches.
type FoundGroup struct {
	State  GroupState   `json:"state"`
	Slot   release.Slot `json:"slot"`   // of the release's fleet
	Former release.Slot `json:"former"` // of the fleet that serves beside it, or ""
	Size   int          `json:"size"`   // how many instances the release needs to take over from that, or 0
	Beside bool         `json:"beside"` // whether there is one
}

// Note describes the state in words.
func (f FoundGroup) Note() string {
	switch f.State {
	case Absent:
		return "none yet"
	case Present:
		return "there is one"
	case Beside:
		return "one serves from slot " + string(f.Former)
	case Left:
		return "an earlier run left one in slot " + string(f.Slot)
	}
	return string(f.State)
}

type findGroup struct {
	api      autoscaling.DescribeAutoScalingGroupsAPIClient
	table    records.Reader
	settings step.Settings
}

func (f findGroup) run(ctx context.Context, in FindGroupInput) (FoundGroup, error) {
	current, err := records.ReadCurrent(ctx, f.table, f.settings.Table)
	if err != nil {
		return FoundGroup{}, err
	}
	there, err := ReadGroups(ctx, f.api, f.settings.Environment, current.Serves())
	return there.Found(in.Plan), err
}

// Groups are the groups of an environment's two slots, each nil if there is none.
type Groups struct {
	Slot    release.Slot // of the fleet that serves, or served last
	Serving *types.AutoScalingGroup
	Idle    *types.AutoScalingGroup // in the other slot
}

// ReadGroups describes the groups. Its errors are AWS's.
func ReadGroups(ctx context.Context, api autoscaling.DescribeAutoScalingGroupsAPIClient, environment release.Environment, slot release.Slot) (Groups, error) {
	serving, err := Group(ctx, api, environment.Group(slot))
	if err != nil {
		return Groups{}, err
	}
	idle, err := Group(ctx, api, environment.Group(slot.Other()))
	return Groups{slot, serving, idle}, err
}

// Found decides what a release of the plan does next.
func (g Groups) Found(plan release.Plan) FoundGroup {
	switch second := plan.Strategy == release.BlueGreen; {
	case g.Serving != nil && IsDeleting(g.Serving):
		return FoundGroup{State: Deleting, Slot: g.Slot}
	case g.Idle != nil && !IsDeleting(g.Idle):
		return FoundGroup{State: Left, Slot: g.Slot.Other()}
	case g.Serving == nil:
		return FoundGroup{State: Absent, Slot: g.Slot}
	case !second:
		return FoundGroup{State: Present, Slot: g.Slot}
	case g.Idle != nil:
		return FoundGroup{State: Deleting, Slot: g.Slot.Other()}
	}
	return beside(plan, g.Slot, int(aws.ToInt32(g.Serving.DesiredCapacity)))
}

// Settled returns the groups without those that are gone before the release makes a fleet: what an
// earlier run left, and what is being deleted.
func (g Groups) Settled() Groups {
	if g.Serving != nil && IsDeleting(g.Serving) {
		g.Serving = nil
	}
	return Groups{Slot: g.Slot, Serving: g.Serving}
}

// beside makes the second fleet as large as the one that serves, unless the plan has a size. It is
// within the bounds of this hour.
func beside(plan release.Plan, former release.Slot, size int) FoundGroup {
	if plan.Desired > 0 {
		size = plan.Desired
	}
	in := plan.Bounds(time.Now())
	size = min(max(size, in.MinSize), in.MaxSize)
	return FoundGroup{State: Beside, Slot: former.Other(), Former: former, Size: size, Beside: true}
}
