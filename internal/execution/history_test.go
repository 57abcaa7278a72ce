package execution_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
)

// function answers or fails, by how often it has been called.
type function func(call int) error

func (f function) counted() *counted { return &counted{do: f} }

type counted struct {
	do    function
	calls int
}

// Invoke is stepfunctions.Function's.
func (c *counted) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	c.calls++
	if err := c.do(c.calls); err != nil {
		return nil, err
	}
	return []byte(`{}`), ctx.Err()
}

const definition = `{
	"StartAt": "Try", "States": {
		"Try": {"Type": "Task", "Resource": "${Flaky}", "Next": "Both",
			"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 1}]},
		"Both": {"Type": "Parallel", "Next": "Look", "ResultPath": null, "Branches": [
			{"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
			{"StartAt": "Two", "States": {"Two": {"Type": "Pass", "End": true}}}]},
		"Look": {"Type": "Task", "Resource": "${Sound}", "Next": "Again", "ResultPath": "$.look"},
		"Again": {"Type": "Wait", "Seconds": 10, "Next": "Break"},
		"Break": {"Type": "Task", "Resource": "${Broken}", "Next": "Succeeded",
			"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Lost"}]},
		"Succeeded": {"Type": "Succeed"},
		"Lost": {"Type": "Fail", "Error": "FailedClean", "Cause": "it was broken"}
	}
}`

// run runs the definition for a while and reads its history twice: in the middle and at the end.
func run(t *testing.T, look time.Duration, finish bool) (middle execution.History, end *execution.History) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		service := stepfunctions.New(f, stepfunctions.Options{})
		defer service.Close()
		defer f.Close()
		failing := func() error { return fabric.Errorf("Gone", "it is gone") }
		functions := map[string]stepfunctions.Function{
			"Sound": function(func(int) error { return nil }).counted(),
			"Flaky": function(func(call int) error {
				if call < 3 {
					return failing()
				}
				return nil
			}).counted(),
			"Broken": function(func(int) error { return failing() }).counted(),
		}
		arn, err := service.AddMachine("test", []byte(definition), functions)
		if err != nil {
			t.Fatal(err)
		}
		started := ""
		f.Do(func() { started, err = service.Start(arn, "one", `{"a": 1}`) })
		if err != nil {
			t.Fatal(err)
		}
		reader := execution.NewReader(client(f), started)
		time.Sleep(look)
		if err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		encoded, err := json.Marshal(reader.History)
		if err != nil || json.Unmarshal(encoded, &middle) != nil {
			t.Fatal(err)
		}
		if finish {
			_, err = service.Await(t.Context(), started)
		} else {
			_, err = client(f).StopExecution(t.Context(), stopping(started))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := reader.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		end = reader.History
	})
	return middle, end
}

func phases(r *execution.History) map[string]execution.Phase {
	found := map[string]execution.Phase{}
	for _, s := range r.States {
		found[s.Name] = s.Phase
	}
	return found
}

func TestWaitingRetryIsShown(t *testing.T) {
	middle, end := run(t, 7*time.Second, true)
	if got := phases(&middle); got["Try"] != execution.Retrying || len(got) != 1 {
		t.Errorf("after one failure and a half: %v", got)
	}
	if try := middle.States[0].Last(); try.Attempts != 2 || len(try.Failures) != 2 {
		t.Errorf("the visit is %+v", try)
	}
	if try := end.State("Try").Last(); end.State("Try").Phase != execution.Succeeded || try.Attempts != 3 {
		t.Errorf("in the end it is %+v", try)
	}
}

func TestCaughtFailureContinues(t *testing.T) {
	middle, end := run(t, 15*time.Second, true)
	if got := phases(&middle); got["Again"] != execution.Running || got["Look"] != execution.Succeeded || got["Both"] != execution.Succeeded {
		t.Errorf("in the middle: %v", got)
	}
	if got := phases(end); got["Break"] != execution.Caught || got["Lost"] != execution.Failed || got["Again"] != execution.Succeeded {
		t.Errorf("in the end: %v", got)
	}
	if end.Status != types.ExecutionStatusFailed || end.Error != "FailedClean" || end.Cause != "it was broken" || end.Input != `{"a": 1}` {
		t.Errorf("it ended %s %s %s with %s", end.Status, end.Error, end.Cause, end.Input)
	}
	if !slices.ContainsFunc(end.Ways, func(w *execution.Way) bool {
		return *w == execution.Way{From: "Break", To: "Lost", Caught: true, Count: 1}
	}) {
		t.Errorf("it went %v", end.Ways)
	}
	for i, event := range end.Events {
		if event.ID != int64(i+1) {
			t.Fatalf("event %d stands at %d", event.ID, i)
		}
	}
}

func TestStopEndsRunningStates(t *testing.T) {
	_, end := run(t, 15*time.Second, false)
	if got := phases(end); got["Again"] != execution.Stopped || got["Look"] != execution.Succeeded {
		t.Errorf("in the end: %v", got)
	}
	if end.Status != types.ExecutionStatusAborted || end.Ended.IsZero() {
		t.Errorf("it ended %s at %s", end.Status, end.Ended)
	}
}

// What AWS records of a token that does not come back by its heartbeat is a time-out like any other.
func TestLateTokenIsNoAttempt(t *testing.T) {
	name, token := "AwaitBuild", "invoke.waitForTaskToken"
	entered := types.HistoryEvent{Type: "TaskStateEntered", StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name}}
	scheduled := types.HistoryEvent{Type: types.HistoryEventTypeTaskScheduled}
	late := types.HistoryEvent{
		Type:                     types.HistoryEventTypeTaskTimedOut,
		TaskTimedOutEventDetails: &types.TaskTimedOutEventDetails{Error: aws.String("States.Timeout"), Resource: &token},
	}
	left := types.HistoryEvent{Type: "TaskStateExited", StateExitedEventDetails: &types.StateExitedEventDetails{Name: &name}}
	for want, events := range map[execution.Phase][]types.HistoryEvent{
		execution.Running:   {entered, scheduled, late, scheduled, late},
		execution.Succeeded: {entered, scheduled, late, scheduled, {Type: types.HistoryEventTypeTaskSucceeded}, left},
		execution.Caught:    {entered, scheduled, late, scheduled, late, left},
	} {
		r := execution.NewHistory()
		for i, event := range events {
			event.Id, event.PreviousEventId = int64(i+1), int64(i)
			r.Add(event)
		}
		s, failures := r.State(name), 0
		if want == execution.Caught {
			failures = 1
		}
		if v := s.Last(); s.Phase != want || v.Attempts != 1 || len(v.Failures) != failures {
			t.Errorf("want %s: it is %s, %+v", want, s.Phase, v)
		}
	}
}

// A task without a heartbeat waits for a person. That nobody answers is no failure, and the machine goes on by its Catch.
func TestSilenceIsAnAnswer(t *testing.T) {
	name, after, token := "AwaitVerdict", "WatchTraffic", "invoke.waitForTaskToken"
	r := execution.NewHistory()
	for i, event := range []types.HistoryEvent{
		{Type: "TaskStateEntered", StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name}},
		{Type: types.HistoryEventTypeTaskScheduled, TaskScheduledEventDetails: &types.TaskScheduledEventDetails{TimeoutInSeconds: aws.Int64(15)}},
		{Type: types.HistoryEventTypeTaskTimedOut, TaskTimedOutEventDetails: &types.TaskTimedOutEventDetails{Error: aws.String("States.Timeout"), Resource: &token}},
		{Type: "TaskStateExited", StateExitedEventDetails: &types.StateExitedEventDetails{Name: &name}},
		{Type: "TaskStateEntered", StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &after}},
	} {
		event.Id, event.PreviousEventId = int64(i+1), int64(i)
		r.Add(event)
	}
	if s := r.State(name); s.Phase != execution.Succeeded || len(s.Last().Failures) > 0 {
		t.Errorf("it is %s, %+v", s.Phase, s.Last())
	}
	if len(r.Ways) != 1 || !r.Ways[0].Caught {
		t.Errorf("it went on by %+v", r.Ways)
	}
}

func client(f *fabric.Fabric) *sfn.Client {
	return sfn.NewFromConfig(f.Config())
}

func stopping(started string) *sfn.StopExecutionInput {
	return &sfn.StopExecutionInput{ExecutionArn: &started}
}
