// Package destroy holds the two steps of the stack's custom resource: before the stack is deleted they
// tear the environment down, because what releases made would keep the stack from being deleted.
// They follow the contract of the CDK's provider framework, which answers CloudFormation for them.
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
package destroy

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Destroy is the custom resource's onEvent. Only a deletion does something.
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

// Started is what Destroy answers. The framework hands it on to Destroyed with the event's own fields.
type Started struct {
	PhysicalResourceID string    `json:"PhysicalResourceId"`
	Execution          string    `json:"Execution"` // ARN of the teardown, or "" for none to wait for
	At                 time.Time `json:"At"`
}

// event is what CloudFormation sends, as far as it is used here. It also holds a URL by which anybody
// could answer in our place, which is why it is never logged.
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

// everything is the teardown's input: not even the image that serves is kept.
const everything = `{"images": "delete"}`

type starter interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

type destroyer struct {
	api      starter
	settings step.Settings
}

// run answers an ID that never changes: CloudFormation takes a new one for a new resource, and sends a
// Delete for the old one in the middle of a deploy.
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

// start begins the teardown once for a request, which may be delivered more than once. Without a state
// machine there is nobody to tear down, and what is left has to be deleted by hand.
func (d destroyer) start(ctx context.Context, request string) (execution string, err error) {
	name := "destroy-" + release.Short(release.Token(request))
	_, err = d.api.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: aws.String(d.settings.TeardownMachine), Name: aws.String(name), Input: aws.String(everything),
	})
	var refused smithy.APIError
	if errors.As(err, &refused) {
		switch refused.ErrorCode() {
		case (&types.ExecutionAlreadyExists{}).ErrorCode(): // this request's own, which has ended
			err = nil
		case (&types.StateMachineDoesNotExist{}).ErrorCode(), (&types.StateMachineDeleting{}).ErrorCode():
			return "", nil
		}
	}
	if err != nil {
		return "", err
	}
	return strings.Replace(d.settings.TeardownMachine, ":stateMachine:", ":execution:", 1) + ":" + name, nil
}
