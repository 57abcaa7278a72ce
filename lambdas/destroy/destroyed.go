package destroy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Destroyed is the custom resource's isComplete handler, which the framework calls repeatedly.
var Destroyed = step.Define(step.Step{
	Name:     "Destroyed",
	Summary:  "Looks whether the teardown before the deletion of the stack has ended, then deletes settings and secrets; fails if something is left.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Event:    true,
	Operations: []step.Operation{
		{Name: "states:DescribeExecution", Scope: step.StackMachines},
		{Name: "states:ListExecutions", Scope: step.StackMachines},
		{Name: "s3:ListObjectsV2", Scope: step.StackSettings},
		{Name: "s3:DeleteObject", Scope: step.StackSettings},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (Completion, error) {
	return watcher{clients.SFN, clients.S3, settings}.run
})

// Completion is the answer of Destroyed.
type Completion struct {
	IsComplete bool `json:"IsComplete"`
}

// unseen is how long a started teardown may be missing from AWS's answers. After that it has been
// deleted.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
const unseen = 2 * time.Minute

// patience is how long to wait for a teardown. CloudFormation gives up after an hour and the
// framework after fifty minutes, with errors that name neither the teardown nor a remedy.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
const patience = 45 * time.Minute

type executionAPI interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	sfn.ListExecutionsAPIClient
}

type watcher struct {
	api      executionAPI
	objects  objectAPI
	settings step.Settings
}

// run answers "not yet" if AWS fails on its side: the framework takes any error as final, so a
// throttled call would fail the deletion of the stack.
func (w watcher) run(ctx context.Context, text json.RawMessage) (Completion, error) {
	var started struct {
		Started
		RequestType string `json:"RequestType"`
	}
	if err := json.Unmarshal(text, &started); err != nil {
		return Completion{}, release.Errorf(release.Unexpected, "the event of the provider framework is unreadable: %w", err)
	}
	if started.RequestType != "Delete" && started.Execution == "" {
		return Completion{true}, nil
	}
	done, err := w.isDone(ctx, started.Started)
	if err == nil && done {
		err = w.deleteSettings(ctx)
	}
	switch release.CodeOf(err) {
	case release.Throttled, release.AwsUnavailable:
		done, err = false, nil
	}
	if err == nil && !done && time.Since(started.At) > patience {
		return Completion{}, release.Errorf(release.LeftBehind, "the teardown %s has not ended within %s; follow it in Step Functions, and delete the stack again when it has ended", started.Execution, patience)
	}
	return Completion{done}, err
}

func (w watcher) isDone(ctx context.Context, started Started) (bool, error) {
	if started.Execution == "" {
		return true, nil
	}
	teardown, err := w.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(started.Execution)})
	if release.IsNotFound(err) {
		return time.Since(started.At) > unseen, nil
	}
	if err != nil {
		return false, err
	}
	switch teardown.Status {
	case types.ExecutionStatusRunning, types.ExecutionStatusPendingRedrive:
		return false, nil
	case types.ExecutionStatusSucceeded:
		return w.isQuiet(ctx)
	}
	return false, release.Errorf(release.LeftBehind, "%s", failure(teardown))
}

// isQuiet reports whether nothing that needs the functions still runs. It waits for the undo of an
// interrupted release, although that finds nothing to do. A release that waited for the lock is
// different: it makes everything anew.
func (w watcher) isQuiet(ctx context.Context) (bool, error) {
	releases, err := w.running(ctx, w.settings.ReleaseMachine)
	if err != nil {
		return false, err
	}
	if len(releases) > 0 {
		return false, release.Errorf(release.LeftBehind, "release %s began while environment %s was torn down; delete the stack again, which stops it and tears down what it made",
			strings.Join(releases, ", "), w.settings.Environment)
	}
	teardowns, err := w.running(ctx, w.settings.TeardownMachine)
	return len(teardowns) == 0, err
}

// running names the running executions, or none if the state machine does not exist.
func (w watcher) running(ctx context.Context, machine string) (names []string, err error) {
	pages := sfn.NewListExecutionsPaginator(w.api, &sfn.ListExecutionsInput{
		StateMachineArn: aws.String(machine), StatusFilter: types.ExecutionStatusRunning,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if release.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, execution := range page.Executions {
			names = append(names, aws.ToString(execution.Name))
		}
	}
	return names, nil
}

// maxCause leaves room for the rest of CloudFormation's answer, which has at most 4,096 bytes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
const maxCause = 1500

// failure says what is left, where to look and what to do.
func failure(teardown *sfn.DescribeExecutionOutput) string {
	cause := clip(aws.ToString(teardown.Cause))
	if cause == "" {
		cause = "AWS gives no reason."
	}
	arn := aws.ToString(teardown.ExecutionArn)
	return fmt.Sprintf("The teardown before the deletion of the stack ended %s (%s): %s Look at %s or, in the console, at %s; remove what holds on, then delete the stack again.",
		teardown.Status, aws.ToString(teardown.Error), cause, arn, console(arn))
}

// clip cuts the middle out: the failure is at the start of the text, the leftovers at the end.
func clip(text string) string {
	if len(text) <= maxCause {
		return text
	}
	return strings.ToValidUTF8(text[:maxCause/2], "") + " … " + strings.ToValidUTF8(text[len(text)-maxCause/2:], "")
}

// console returns the URL of an execution in the console.
func console(arn string) string {
	const region = 3
	parts := strings.Split(arn, ":")
	if len(parts) <= region {
		return "https://console.aws.amazon.com/states/home"
	}
	return "https://" + parts[region] + ".console.aws.amazon.com/states/home?region=" + parts[region] + "#/v2/executions/details/" + arn
}
