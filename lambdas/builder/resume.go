package builder

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Resume records how a build ended, from the builder's own event or the end of its instance, and
// answers the waiting task.
var Resume = step.Define(step.Step{
	Name:     "Resume",
	Summary:  "Record a build's result, or its builder's death, and wake the release that waits for it.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Event:    true,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeInstances"),
		{Name: "dynamodb:UpdateItem", Scope: step.StackTable},
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "states:SendTaskSuccess", Scope: step.StackMachines},
		{Name: "states:SendTaskFailure", Scope: step.StackMachines},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (struct{}, error) {
	return resumer{clients.EC2, clients.SFN, records.Builds{API: clients.DynamoDB, Table: settings.Table}, settings.Environment}.run
})

type resumer struct {
	instances   ec2.DescribeInstancesAPIClient
	tasks       taskAPI
	builds      records.Builds
	environment release.Environment
}

// news is the content of an event about a build.
type news struct {
	instance string
	release  string         // or "" if the event does not have it
	ended    string         // the state of an ending instance, or "" if the builder reports
	result   records.Result // of a builder that reports
}

// run takes the raw event, because EventBridge may add fields.
func (r resumer) run(ctx context.Context, event json.RawMessage) (struct{}, error) {
	heard, err := read(event)
	if err != nil || heard == nil {
		return struct{}{}, err
	}
	builder, err := r.builder(ctx, *heard)
	if err != nil || builder == nil {
		return struct{}{}, err
	}
	if heard.ended != "" {
		heard.result = death(heard.ended, *builder)
	}
	if err := r.builds.PutResult(ctx, heard.instance, heard.result); err != nil {
		return struct{}{}, err
	}
	known, err := r.builds.Get(ctx, heard.instance)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, complete(ctx, r.tasks, heard.instance, known, inventory.IsRunner(*builder))
}

// builder looks up the instance: the events of every instance in the account arrive here without
// tags, and any program on a builder can write events. It returns nil if the instance is not our
// builder or not of the release in the event.
func (r resumer) builder(ctx context.Context, heard news) (*types.Instance, error) {
	instance, err := describe(ctx, r.instances, heard.instance)
	if err != nil || instance == nil || !isBuilder(*instance, r.environment) {
		return nil, err
	}
	if heard.release != "" && heard.release != inventory.Tag(instance.Tags, release.TagRelease) {
		return nil, nil
	}
	return instance, nil
}

// reported lists the statuses that a builder may report.
var reported = []release.BuildStatus{release.BuildSuccess, release.BuildFailure}

// read returns nil for an event that does not end a build.
func read(event json.RawMessage) (*news, error) {
	var envelope struct {
		DetailType string `json:"detail-type"`
		Detail     struct {
			release.BuildResult
			InstanceID string `json:"instance-id"`
			State      string `json:"state"`
		} `json:"detail"`
	}
	if err := json.Unmarshal(event, &envelope); err != nil {
		return nil, release.Errorf(release.Unexpected, "the event is unreadable: %w", err)
	}
	detail := envelope.Detail
	switch {
	case envelope.DetailType == release.BuildResultEvent && slices.Contains(reported, detail.Status) && detail.Release != "":
		return &news{instance: detail.Instance, release: detail.Release, result: records.Result{Status: detail.Status, Reason: clip(detail.Reason)}}, nil
	case envelope.DetailType == release.InstanceStateEvent && release.IsEnding(detail.State):
		return &news{instance: detail.InstanceID, ended: detail.State}, nil
	}
	return nil, nil
}
