package builder

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// TerminateBuilder terminates a release's builders. There is more than one if an answer to
// LaunchBuilder was lost.
var TerminateBuilder = step.Define(step.Step{
	Name:     "TerminateBuilder",
	Summary:  "Terminate the release's builder.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeInstances"),
		{Name: "ec2:TerminateInstances", Scope: step.Owned},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, TerminateInput) (struct{}, error) {
	return terminator{clients.EC2, settings}.run
})

// TerminateInput is the input of TerminateBuilder.
type TerminateInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

type terminatorAPI interface {
	ec2.DescribeInstancesAPIClient
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput, ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

type terminator struct {
	api      terminatorAPI
	settings step.Settings
}

// run terminates each builder in its own call, because one unknown ID fails the whole call.
func (t terminator) run(ctx context.Context, in TerminateInput) (struct{}, error) {
	builders, err := of(ctx, t.api, t.settings.Environment, in.Plan.Release)
	if err != nil {
		return struct{}{}, err
	}
	var problems []error
	for _, builder := range builders {
		if s := state(builder); s == types.InstanceStateNameShuttingDown || s == types.InstanceStateNameTerminated {
			continue
		}
		_, err := t.api.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{aws.ToString(builder.InstanceId)}})
		if !release.IsNotFound(err) {
			problems = append(problems, err)
		}
	}
	return struct{}{}, errors.Join(problems...)
}
