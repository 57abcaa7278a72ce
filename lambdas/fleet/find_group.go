package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// FindGroup decides between a first release and a rolling one.
var FindGroup = step.Define(step.Step{
	Name:     "FindGroup",
	Summary:  "Looks whether the environment has a group: none, one that is being deleted, or one to roll.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, FindGroupInput) (FoundGroup, error) {
	return findGroup{clients.AutoScaling, settings}.run
})

// FindGroupInput is the step's input.
type FindGroupInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// FoundGroup is the answer on which the state machine branches.
type FoundGroup struct {
	State string `json:"state"` // absent, deleting or present
}

// Note describes the state in words.
func (f FoundGroup) Note() string {
	switch f.State {
	case "absent":
		return "none yet"
	case "present":
		return "there is one"
	}
	return f.State
}

type findGroup struct {
	api      autoscaling.DescribeAutoScalingGroupsAPIClient
	settings step.Settings
}

func (f findGroup) run(ctx context.Context, _ FindGroupInput) (FoundGroup, error) {
	group, err := Group(ctx, f.api, f.settings.Environment)
	switch {
	case err != nil:
		return FoundGroup{}, err
	case group == nil:
		return FoundGroup{State: "absent"}, nil
	case Deleting(group):
		return FoundGroup{State: "deleting"}, nil
	}
	return FoundGroup{State: "present"}, nil
}
