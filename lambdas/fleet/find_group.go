package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

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
	slot := current.Serves()
	serving, err := Group(ctx, f.api, f.settings.Environment.Group(slot))
	if err != nil {
		return FoundGroup{}, err
	}
	idle, err := Group(ctx, f.api, f.settings.Environment.Group(slot.Other()))
	if err != nil {
		return FoundGroup{}, err
	}
	switch second := in.Plan.Strategy == release.BlueGreen; {
	case serving != nil && IsDeleting(serving):
		return FoundGroup{State: Deleting, Slot: slot}, nil
	case idle != nil && !IsDeleting(idle):
		return FoundGroup{State: Left, Slot: slot.Other()}, nil
	case serving == nil:
		return FoundGroup{State: Absent, Slot: slot}, nil
	case !second:
		return FoundGroup{State: Present, Slot: slot}, nil
	case idle != nil:
		return FoundGroup{State: Deleting, Slot: slot.Other()}, nil
	}
	return beside(in.Plan, slot, int(aws.ToInt32(serving.DesiredCapacity))), nil
}

// beside makes the second fleet as large as the one that serves, unless the plan has a size.
func beside(plan release.Plan, former release.Slot, size int) FoundGroup {
	if plan.Desired > 0 {
		size = plan.Desired
	}
	size = min(max(size, plan.MinSize), plan.MaxSize)
	return FoundGroup{State: Beside, Slot: former.Other(), Former: former, Size: size, Beside: true}
}
