// Package destroy holds the two steps of the stack's custom resource. Before the stack is deleted
// they tear the environment down, because the resources of releases would block the deletion. They
// follow the contract of the CDK's provider framework, which answers CloudFormation for them.
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
package destroy

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Destroy is the custom resource's onEvent handler. It acts only on a deletion.
var Destroy = step.Define(step.Step{
	Name:     "Destroy",
	Summary:  "Starts the teardown that goes before the deletion of the stack.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Event:    true,
	Operations: []step.Operation{
		{Name: "states:StartExecution", Scope: step.StackMachines},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (Started, error) {
	return destroyer{clients.SFN, settings}.run
})

// Started is the answer of Destroy. The framework passes it to Destroyed together with the event's
// fields.
type Started struct {
	PhysicalResourceID string    `json:"PhysicalResourceId"`
	Execution          string    `json:"Execution"` // ARN of the teardown, or "" if there is none to wait for
	At                 time.Time `json:"At"`
}

// event holds the fields of CloudFormation's event that are used. The event also holds a URL that
// lets anybody answer in our place, so it is never logged.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
type event struct {
	RequestType        string `json:"RequestType"`
	RequestID          string `json:"RequestId"`
	PhysicalResourceID string `json:"PhysicalResourceId"` // absent on Create
}

func read(text json.RawMessage) (event, error) {
	var heard event
	if err := json.Unmarshal(text, &heard); err != nil {
		return event{}, release.Errorf(release.Unexpected, "CloudFormation's event is unreadable: %w", err)
	}
	return heard, nil
}

// everything is the teardown's input: it also deletes the image that serves.
const everything = `{"images": "delete", "by": "the deletion of the stack"}`

type starter interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

type destroyer struct {
	api      starter
	settings step.Settings
}

// run always answers the same ID: CloudFormation takes a new ID for a new resource, and sends a
// Delete for the old one during the deploy.
func (d destroyer) run(ctx context.Context, text json.RawMessage) (Started, error) {
	heard, err := read(text)
	if err != nil {
		return Started{}, err
	}
	answer := Started{PhysicalResourceID: heard.PhysicalResourceID, At: time.Now().UTC()}
	if answer.PhysicalResourceID == "" {
		answer.PhysicalResourceID = d.settings.Environment.Name()
	}
	switch heard.RequestType {
	case "Create", "Update":
		return answer, nil
	case "Delete":
		answer.Execution, err = d.start(ctx, heard.RequestID)
		return answer, err
	}
	return Started{}, release.Errorf(release.Unexpected, "CloudFormation asks for %q, which is neither Create, Update nor Delete", heard.RequestType)
}

// start starts the teardown once per request, although a request may be delivered repeatedly.
// Without a state machine nothing can tear down, and leftovers must be deleted by hand.
func (d destroyer) start(ctx context.Context, request string) (execution string, err error) {
	name := "destroy-" + release.Short(release.Token(request))
	_, err = d.api.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: aws.String(d.settings.TeardownMachine), Name: aws.String(name), Input: aws.String(everything),
	})
	var refused smithy.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case (&types.ExecutionAlreadyExists{}).ErrorCode(): // this request's own teardown, which has ended
			err = nil
		case (&types.StateMachineDoesNotExist{}).ErrorCode(), (&types.StateMachineDeleting{}).ErrorCode():
			return "", nil
		}
	}
	if err != nil {
		return "", err
	}
	return release.ExecutionOf(d.settings.TeardownMachine, name), nil
}
