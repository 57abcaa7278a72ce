package destroy_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/destroy"
	"photogallery/release"
)

// request is CloudFormation's, with fields that the steps do not read.
func request(kind, id string) map[string]any {
	event := map[string]any{
		"RequestType": kind, "RequestId": id, "StackId": "arn:stack", "LogicalResourceId": "Teardown",
		"ResourceProperties": map[string]any{"ServiceToken": "arn:function"}, "ResponseURL": "https://secret.example/",
	}
	if kind != "Create" {
		event["PhysicalResourceId"] = "photogallery-main"
	}
	return event
}

// handOn is what the framework makes of an event and the answer to it.
func handOn(event map[string]any, started destroy.Started) map[string]any {
	event["PhysicalResourceId"], event["Execution"], event["At"] = started.PhysicalResourceID, started.Execution, started.At
	return event
}

func begin(e steptest.Environment, kind, id string) map[string]any {
	e.Helper()
	event := request(kind, id)
	return handOn(event, steptest.Run[destroy.Started](e, destroy.Destroy, event))
}

// finish asks until the stack may be deleted.
func finish(e steptest.Environment, event map[string]any) {
	e.Helper()
	for deadline := time.Now().Add(time.Hour); !steptest.Run[destroy.Completion](e, destroy.Destroyed, event).IsComplete; {
		if time.Now().After(deadline) {
			e.Fatal("it is not complete after an hour")
		}
		time.Sleep(30 * time.Second)
	}
}

func begun(e steptest.Environment, name string) string {
	e.Helper()
	execution, err := e.StartRelease(e.Context(), name, `{"wait": true}`)
	if err != nil {
		e.Fatal(err)
	}
	return execution
}

func left(e steptest.Environment) string {
	e.Helper()
	execution, err := e.StartTeardown(e.Context(), "", `{"dryRun": true, "images": "delete"}`)
	if err != nil {
		e.Fatal(err)
	}
	end, err := e.Await(e.Context(), execution)
	if err != nil {
		e.Fatal(err)
	}
	return end.Output
}

const nothing = `{"kept":[],"resources":[]}`

func TestDeploymentStartsNothingAndKeepsItsID(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		created, updated := begin(e, "Create", "1"), begin(e, "Update", "2")
		for _, event := range []map[string]any{created, updated} {
			if event["PhysicalResourceId"] != "photogallery-main" || event["Execution"] != "" {
				e.Errorf("got %v", event)
			}
			finish(e, event)
		}
		if begun, err := e.SFN.ListExecutions(e.Context(), &sfn.ListExecutionsInput{StateMachineArn: &e.Settings.TeardownMachine}); err != nil || len(begun.Executions) > 0 {
			e.Errorf("%v, executions %v", err, begun)
		}
		e.WantCode(release.Unexpected, destroy.Destroy, request("Replace", "3"))
	})
}

func TestStackWithoutReleasesCanBeDeleted(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		finish(e, begin(e, "Delete", "1"))
	})
}

func TestDeletionTearsTheEnvironmentDown(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if end, err := e.Await(e.Context(), begun(e, "r1")); err != nil || end.Status != "SUCCEEDED" {
			e.Fatal(err, end)
		}
		first := begin(e, "Delete", "1")
		if again := begin(e, "Delete", "1"); again["Execution"] != first["Execution"] {
			e.Errorf("a second delivery starts %v beside %v", again["Execution"], first["Execution"])
		}
		if steptest.Run[destroy.Completion](e, destroy.Destroyed, first).IsComplete {
			e.Error("it is complete at once")
		}
		finish(e, first)
		finish(e, begin(e, "Delete", "1")) // delivered once more, after its end
		if got := left(e); got != nothing {
			e.Errorf("%s is left", got)
		}
	})
}

func TestDeletionInterruptsARunningRelease(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		running := begun(e, "r1")
		time.Sleep(5 * time.Minute)
		finish(e, begin(e, "Delete", "1"))
		if end, err := e.Await(e.Context(), running); err != nil || end.Status != "ABORTED" {
			e.Errorf("%v, the release ended %s", err, end.Status)
		}
		undo := strings.Replace(e.Settings.TeardownMachine, ":stateMachine:", ":execution:", 1) + ":undo-r1"
		if end, err := e.SFN.DescribeExecution(e.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &undo}); err != nil || end.Status != types.ExecutionStatusSucceeded {
			e.Errorf("%v, the release's undo is %v while its functions are deleted", err, end)
		}
		if got := left(e); got != nothing {
			e.Errorf("%s is left", got)
		}
	})
}

func TestReleaseDuringTheDeletionKeepsTheStack(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		event := begin(e, "Delete", "1")
		time.Sleep(time.Second)
		begun(e, "late")
		time.Sleep(5 * time.Minute)
		message := e.WantCode(release.LeftBehind, destroy.Destroyed, event)
		if !strings.Contains(message, "late") || !strings.Contains(message, "delete the stack again") {
			e.Errorf("%q does not say what to do", message)
		}
		finish(e, begin(e, "Delete", "2"))
		if got := left(e); got != nothing {
			e.Errorf("%s is left", got)
		}
	})
}

func TestDeletionNamesItsLeftoversAndCanBeRetried(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if _, err := e.Await(e.Context(), begun(e, "r1")); err != nil {
			e.Fatal(err)
		}
		refuse := true
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if refuse && call.Operation.Name == "DeleteLoadBalancer" {
				return nil, fabric.Errorf("OperationNotPermitted", "deletion protection is on %s", strings.Repeat("ü", 3000))
			}
			return next()
		})
		event := begin(e, "Delete", "1")
		time.Sleep(30 * time.Minute)
		message := e.WantCode(release.LeftBehind, destroy.Destroyed, event)
		for _, words := range []string{"load balancer", "deletion protection is on", fmt.Sprint(event["Execution"]), "us-east-1.console.aws.amazon.com", "delete the stack again"} {
			if !strings.Contains(message, words) {
				e.Errorf("%q does not name %s", message, words)
			}
		}
		if len(message) > 2300 || strings.ToValidUTF8(message, "") != message {
			e.Errorf("the message has %d bytes; CloudFormation's answer takes 4,096 with all the rest", len(message))
		}
		refuse = false
		finish(e, begin(e, "Delete", "2"))
		if got := left(e); got != nothing {
			e.Errorf("%s is left", got)
		}
	})
}

// What a person deleted by hand is not waited for, and a call that fails on AWS's side is made again.
func TestDeletionOutlastsTransientFailures(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		var codes sync.Map // the state machine's steps call while the test goes on
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			switch code, _ := codes.Load(call.Operation.Name); code {
			case nil:
				return next()
			case "StateMachineDoesNotExist":
				return nil, &types.StateMachineDoesNotExist{Message: aws.String("gone")}
			default:
				return nil, fabric.Errorf(fmt.Sprint(code), "for the test")
			}
		})
		codes.Store("StartExecution", "StateMachineDoesNotExist")
		finish(e, begin(e, "Delete", "1"))

		codes.Delete("StartExecution")
		event := begin(e, "Delete", "2")
		for _, code := range []string{"ThrottlingException", "InternalFailure", "ExecutionDoesNotExist"} {
			codes.Store("DescribeExecution", code)
			if steptest.Run[destroy.Completion](e, destroy.Destroyed, event).IsComplete {
				e.Errorf("%s is taken for the end", code)
			}
		}
		time.Sleep(5 * time.Minute)
		finish(e, event) // deleted
		synctest.Wait()
	})
}

// CloudFormation gives up after an hour, with words of its own.
func TestDeletionEndsWithReasonBeforeCloudFormationGivesUp(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if _, err := e.Await(e.Context(), begun(e, "r1")); err != nil {
			e.Fatal(err)
		}
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DescribeExecution" && call.Caller == destroy.Destroyed.Name {
				return &sfn.DescribeExecutionOutput{Status: types.ExecutionStatusRunning}, nil
			}
			return next()
		})
		event := begin(e, "Delete", "1")
		time.Sleep(44 * time.Minute)
		if steptest.Run[destroy.Completion](e, destroy.Destroyed, event).IsComplete {
			e.Error("a teardown that runs is taken for the end")
		}
		time.Sleep(2 * time.Minute)
		message := e.WantCode(release.LeftBehind, destroy.Destroyed, event)
		if !strings.Contains(message, fmt.Sprint(event["Execution"])) || !strings.Contains(message, "delete the stack again") {
			e.Errorf("%q names neither the teardown nor what to do", message)
		}
	})
}
