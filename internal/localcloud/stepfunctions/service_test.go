package stepfunctions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/lambda"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/release"
)

// handler is the code of a function in these tests.
type handler func(ctx context.Context, payload []byte) ([]byte, error)

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

// world is a cloud that has Step Functions and Lambda only.
type world struct {
	*testing.T
	fabric    *fabric.Fabric
	service   *stepfunctions.Service
	functions map[string]stepfunctions.Function
	client    *sfn.Client
}

const timeout = 30 * time.Second

func newWorld(t *testing.T, code map[string]handler) world {
	t.Helper()
	f := fabric.New(1)
	functions := map[string]stepfunctions.Function{}
	for name, h := range code {
		functions[name] = lambda.New(f, name, timeout, h)
	}
	s := stepfunctions.New(f, stepfunctions.Options{})
	t.Cleanup(func() { f.Close(); s.Close() })
	return world{t, f, s, functions, sfn.NewFromConfig(f.Config())}
}

func (w world) machine(name, definition string) string {
	w.Helper()
	arn, err := w.service.AddMachine(name, []byte(definition), w.functions)
	if err != nil {
		w.Fatal(err)
	}
	return arn
}

func (w world) start(machine, name, input string) string {
	w.Helper()
	out, err := w.client.StartExecution(w.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		w.Fatal(err)
	}
	return *out.ExecutionArn
}

func (w world) await(execution string) stepfunctions.Snapshot {
	w.Helper()
	end, err := w.service.Await(w.Context(), execution)
	if err != nil {
		w.Fatal(err)
	}
	return end
}

// one is a machine of one task.
const one = `{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "${Do}", "End": true}}}`

func TestStepFailureHasItsCodeAndErrorObject(t *testing.T) {
	tests := map[string]struct {
		err   error
		name  string
		cause map[string]string
	}{
		"of the boundary": {
			messages.InvokeResponse_Error{Type: "BuildFailed", Message: "make: *** Error 2"},
			"BuildFailed", map[string]string{"errorType": "BuildFailed", "errorMessage": "make: *** Error 2"},
		},
		"that missed the boundary": {
			fmt.Errorf("read: %w", errors.New("gone")),
			"wrapError", map[string]string{"errorType": "wrapError", "errorMessage": "read: gone"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, map[string]handler{"Do": func(context.Context, []byte) ([]byte, error) { return nil, test.err }})
				end := w.await(w.start(w.machine("m", one), "e", "{}"))
				var cause map[string]string
				if err := json.Unmarshal([]byte(end.Cause), &cause); err != nil {
					t.Fatal(err)
				}
				if end.Status != "FAILED" || end.Error != test.name || fmt.Sprint(cause) != fmt.Sprint(test.cause) {
					t.Errorf("ended %s %s %v, want FAILED %s %v", end.Status, end.Error, cause, test.name, test.cause)
				}
			})
		})
	}
}

func TestFunctionOutOfTimeFailsAsOnLambda(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, map[string]handler{"Do": func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, messages.InvokeResponse_Error{Type: "AwsUnavailable", Message: ctx.Err().Error()}
		}})
		started := time.Now()
		end := w.await(w.start(w.machine("m", one), "e", "{}"))
		if end.Error != "Sandbox.Timedout" || !strings.Contains(end.Cause, "Task timed out after 30.00 seconds") {
			t.Errorf("ended with %s: %s", end.Error, end.Cause)
		}
		if took := time.Since(started); took != timeout {
			t.Errorf("took %s, want %s", took, timeout)
		}
	})
}

func TestFunctionOutlivesAStoppedExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := false
		w := newWorld(t, map[string]handler{"Do": func(ctx context.Context, _ []byte) ([]byte, error) {
			select {
			case <-time.After(10 * time.Second):
				finished = true
			case <-ctx.Done():
			}
			return []byte("{}"), nil
		}})
		execution := w.start(w.machine("m", one), "e", "{}")
		synctest.Wait()
		if _, err := w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
			t.Fatal(err)
		}
		if end := w.await(execution); end.Status != "ABORTED" {
			t.Errorf("ended %s", end.Status)
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if !finished {
			t.Error("the function was cut off, which Lambda does not do")
		}
	})
}

func TestCallsOfAStepCarryItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w world
		w = newWorld(t, map[string]handler{"Do": func(ctx context.Context, _ []byte) ([]byte, error) {
			_, err := w.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(fabric.ARN("states", "execution:m:e"))})
			return []byte("{}"), err
		}})
		callers := map[string]string{}
		w.fabric.Observe(func(call fabric.Call) { callers[call.Operation.Name] = call.Caller })
		if end := w.await(w.start(w.machine("m", one), "e", "{}")); end.Status != "SUCCEEDED" {
			t.Fatalf("ended %s: %s %s", end.Status, end.Error, end.Cause)
		}
		synctest.Wait()
		if callers["DescribeExecution"] != "Do" || callers["StartExecution"] != "" {
			t.Errorf("callers are %v", callers)
		}
	})
}

const waiting = `{"StartAt": "Await", "States": {"Await": {
	"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
	"Parameters": {"FunctionName": "${Await}", "Payload": {"token.$": "$$.Task.Token"}}, "End": true}}}`

func TestTaskTokenIsCompletedOnce(t *testing.T) {
	tests := map[string]struct {
		complete func(w world, token string) error
		status   string
		detail   string
	}{
		"with success": {func(w world, token string) error {
			_, err := w.client.SendTaskSuccess(w.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"done":true}`)})
			return err
		}, "SUCCEEDED", `{"done":true}`},
		"with failure": {func(w world, token string) error {
			_, err := w.client.SendTaskFailure(w.Context(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("BuilderDied"), Cause: aws.String("gone")})
			return err
		}, "FAILED", "BuilderDied gone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens := make(chan string, 1)
				w := newWorld(t, map[string]handler{"Await": func(_ context.Context, payload []byte) ([]byte, error) {
					var in struct{ Token string }
					err := json.Unmarshal(payload, &in)
					tokens <- in.Token
					return []byte("null"), err
				}})
				w.machine("other", `{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`)
				execution := w.start(w.machine("m", waiting), "e", "{}")
				token := <-tokens
				if err := test.complete(w, token); err != nil {
					t.Fatal(err)
				}
				end := w.await(execution)
				if got := strings.TrimSpace(end.Output + end.Error + " " + end.Cause); string(end.Status) != test.status || got != test.detail {
					t.Errorf("ended %s %s, want %s %s", end.Status, got, test.status, test.detail)
				}
				if got := code(test.complete(w, token)); got != "TaskTimedOut" {
					t.Errorf("the second completion gives %q", got)
				}
				if got := code(test.complete(w, strings.Repeat("A", 52))); got != "TaskDoesNotExist" {
					t.Errorf("a token of nobody's gives %q", got)
				}
				if got := code(test.complete(w, "no token")); got != "InvalidToken" {
					t.Errorf("an ill-formed token gives %q", got)
				}
			})
		})
	}
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestErrorsHaveAWSsCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		m := w.machine("m", `{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}`)
		w.await(w.start(m, "taken", "{}"))
		start := func(machine, name, input string) error {
			_, err := w.client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
			return err
		}
		describe := func(arn string) error {
			_, err := w.client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
			return err
		}
		list := func(token *string, size int32) error {
			_, err := w.client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &m, NextToken: token, MaxResults: size})
			return err
		}
		for _, test := range []struct {
			err  error
			want string
		}{
			{start(m, "taken", "{}"), "ExecutionAlreadyExists"},
			{start(m, "bad name", "{}"), "InvalidName"},
			{start(m, "", "{}"), "InvalidName"},
			{start(m, "new", "{"), "InvalidExecutionInput"},
			{start("m", "new", "{}"), "InvalidArn"},
			{start(stepfunctions.MachineARN("none"), "new", "{}"), "StateMachineDoesNotExist"},
			{describe("e"), "InvalidArn"},
			{describe(fabric.ARN("states", "execution:m")), "InvalidArn"},
			{describe(fabric.ARN("states", "execution:m:none")), "ExecutionDoesNotExist"},
			{list(aws.String("!"), 0), "InvalidToken"},
			{list(nil, 1001), "ValidationException"},
		} {
			if got := code(test.err); got != test.want {
				t.Errorf("got %v, want %s", test.err, test.want)
			}
		}
	})
}

func TestStatusChangesArePublished(t *testing.T) {
	const hold = `{"StartAt": "L", "States": {
		"L": {"Type": "Choice", "Choices": [{"Variable": "$.long", "BooleanEquals": true, "Next": "W90"}], "Default": "W5"},
		"W5": {"Type": "Wait", "Seconds": 5, "Next": "E"}, "W90": {"Type": "Wait", "Seconds": 90, "Next": "E"},
		"E": {"Type": "Choice", "Choices": [{"Variable": "$.fail", "BooleanEquals": true, "Next": "F"}], "Default": "S"},
		"F": {"Type": "Fail", "Error": "Busy", "Cause": "locked"}, "S": {"Type": "Succeed"}}, "TimeoutSeconds": 60}`
	tests := map[string]struct {
		input string
		stop  bool
		want  string
	}{
		"success":  {`{"long": false, "fail": false}`, false, `SUCCEEDED error=<nil> cause=<nil> output={"fail":false,"long":false}`},
		"failure":  {`{"long": false, "fail": true}`, false, "FAILED error=Busy cause=locked output=<nil>"},
		"time-out": {`{"long": true, "fail": false}`, false, "TIMED_OUT error=<nil> cause=<nil> output=<nil>"},
		"abort":    {`{"long": true, "fail": false}`, true, "ABORTED error=Mine cause=<nil> output=<nil>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				changes := make(chan stepfunctions.StatusChange, 9)
				w.fabric.Rule(func(e fabric.Event) bool {
					return e.Source == stepfunctions.StatusChangeSource && e.DetailType == release.ExecutionStatusEvent
				}, func(e fabric.Event) {
					var change stepfunctions.StatusChange
					if err := json.Unmarshal(e.Detail, &change); err != nil {
						t.Error(err)
					}
					changes <- change
				})
				began := time.Now()
				execution := w.start(w.machine("m", hold), "e", test.input)
				first := <-changes
				if first.Status != "RUNNING" || first.StopDate != nil || *first.Input != test.input {
					t.Errorf("first change is %+v", first)
				}
				if test.stop {
					if _, err := w.client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution, Error: aws.String("Mine")}); err != nil {
						t.Fatal(err)
					}
				}
				end := <-changes
				got := fmt.Sprintf("%s error=%s cause=%s output=%s", end.Status, text(end.Error), text(end.Cause), text(end.Output))
				if got != test.want {
					t.Errorf("last change is %s, want %s", got, test.want)
				}
				if end.ExecutionARN != execution || end.Name != "e" || end.StateMachineARN != stepfunctions.MachineARN("m") {
					t.Errorf("the change is of %s, %s, %s", end.ExecutionARN, end.Name, end.StateMachineARN)
				}
				if end.StartDate != began.UnixMilli() || *end.StopDate != time.Now().UnixMilli() {
					t.Errorf("it ran from %d to %d", end.StartDate, *end.StopDate)
				}
			})
		})
	}
}

func text(s *string) string {
	if s == nil {
		return "<nil>"
	}
	return *s
}

func TestExecutionsAreListedNewestFirstInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		m := w.machine("m", `{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [
			{"Variable": "$.fail", "BooleanEquals": true, "Next": "F"}], "Default": "S"}, "F": {"Type": "Fail"}, "S": {"Type": "Succeed"}}}`)
		for i := range 5 {
			w.await(w.start(m, fmt.Sprint("e", i), fmt.Sprintf(`{"fail": %t}`, i%2 == 1)))
		}
		tests := map[string]struct {
			filter types.ExecutionStatus
			want   []string
		}{
			"all":       {"", []string{"e4", "e3", "e2", "e1", "e0"}},
			"succeeded": {types.ExecutionStatusSucceeded, []string{"e4", "e2", "e0"}},
			"aborted":   {types.ExecutionStatusAborted, nil},
		}
		for name, test := range tests {
			var names []string
			pages := sfn.NewListExecutionsPaginator(w.client, &sfn.ListExecutionsInput{StateMachineArn: &m, StatusFilter: test.filter, MaxResults: 2})
			for pages.HasMorePages() {
				part, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range part.Executions {
					names = append(names, *item.Name)
				}
				if name == "all" {
					w.start(m, fmt.Sprint("later", len(names)), `{"fail": false}`)
				}
			}
			if name == "all" && !slices.Equal(names, test.want) {
				t.Errorf("%s: %v, want %v", name, names, test.want)
			}
			names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "later") })
			if !slices.Equal(names, test.want) {
				t.Errorf("%s: %v, want %v", name, names, test.want)
			}
		}
	})
}
