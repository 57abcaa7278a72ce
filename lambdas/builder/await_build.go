package builder

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// AwaitBuild registers a task token for a build, or for the run of a command. The step's answer does not end the task: Resume
// does, or this step itself, by answering the token.
var AwaitBuild = step.Define(step.Step{
	Name:     "AwaitBuild",
	Summary:  "Register for the build's result, and answer at once if it is there already.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:UpdateItem", Scope: step.StackTable},
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("ec2:DescribeInstances"),
		{Name: "states:SendTaskSuccess", Scope: step.StackMachines},
		{Name: "states:SendTaskFailure", Scope: step.StackMachines},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, AwaitInput) (Awaited, error) {
	return awaiter{clients.EC2, clients.SFN, records.Builds{API: clients.DynamoDB, Table: settings.Table}}.run
})

// AwaitInput is the input of AwaitBuild.
type AwaitInput struct {
	step.Call
	Plan     release.Plan `json:"plan"`
	Instance string       `json:"instance"`
	Token    string       `json:"token"`
}

// Awaited is the answer of AwaitBuild after its registration.
type Awaited struct {
	Instance string `json:"instance"`

	isRun bool
}

// Note says what the release waits for.
func (a Awaited) Note() string {
	if a.isRun {
		return "instance " + a.Instance + " runs the command"
	}
	return "builder " + a.Instance + " provisions itself"
}

type awaiter struct {
	instances ec2.DescribeInstancesAPIClient
	tasks     taskAPI
	builds    records.Builds
}

// run stores the token before it looks for a result, so that a result in between is seen here, by
// Resume, or by both.
func (a awaiter) run(ctx context.Context, in AwaitInput) (Awaited, error) {
	if err := a.builds.PutToken(ctx, in.Instance, in.Token); err != nil {
		return Awaited{}, err
	}
	known, err := a.builds.Get(ctx, in.Instance)
	if err != nil {
		return Awaited{}, err
	}
	if known.Result == nil {
		instance, err := describe(ctx, a.instances, in.Instance)
		if err != nil {
			return Awaited{}, err
		}
		if instance != nil && release.IsEnding(string(state(*instance))) {
			ended := death(string(state(*instance)), *instance)
			known.Result = &ended
		}
	}
	isRun := in.Plan.Run
	return Awaited{in.Instance, isRun}, complete(ctx, a.tasks, in.Instance, known, isRun)
}
