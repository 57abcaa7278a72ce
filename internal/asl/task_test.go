package asl_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"photogallery/internal/asl"
)

func TestLambdaTaskHistory(t *testing.T) {
	_, _, history := runs(t, one(`{"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 60, "ResultPath": "$.r", "End": true}`), `{"a": 1}`, functions{"f": answers(`{"b":2}`)})
	want := []asl.Event{
		{ID: 1, Type: "ExecutionStarted", Input: `{"a": 1}`},
		{ID: 2, Type: "TaskStateEntered", Name: "S", Input: `{"a": 1}`},
		{ID: 3, PreviousID: 2, Type: "LambdaFunctionScheduled", Input: `{"a":1}`, Resource: "arn:aws:lambda:eu-west-1:123456789012:function:f", TimeoutInSeconds: 60},
		{ID: 4, PreviousID: 3, Type: "LambdaFunctionStarted"},
		{ID: 5, PreviousID: 4, Type: "LambdaFunctionSucceeded", Output: `{"b":2}`},
		{ID: 6, PreviousID: 5, Type: "TaskStateExited", Name: "S", Output: `{"a":1,"r":{"b":2}}`},
		{ID: 7, PreviousID: 6, Type: "ExecutionSucceeded", Output: `{"a":1,"r":{"b":2}}`},
	}
	for i := range history {
		if history[i].Timestamp.IsZero() || history[i].ExecutionARN == "" {
			t.Errorf("event %d has no time or no execution: %+v", i, history[i])
		}
	}
	recorded := cmp.Options{cmpopts.IgnoreUnexported(asl.Event{}), cmpopts.IgnoreFields(asl.Event{}, "Timestamp", "ExecutionARN")}
	if diff := cmp.Diff(want, history, recorded); diff != "" {
		t.Error(diff)
	}
}

func TestTaskTimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		canceled := make(chan time.Time, 1)
		f := functions{"f": func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			canceled <- time.Now()
			time.Sleep(time.Minute) // the state does not wait for it
			return `{}`, nil
		}}
		begin := time.Now()
		m := newMachine(t, one(`{"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 5, "End": true}`), asl.Options{Invoker: f})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), "States.Timeout")
		if took := time.Since(begin); took != 5*time.Second {
			t.Errorf("ended after %v", took)
		}
		if at := <-canceled; at.Sub(begin) != 5*time.Second {
			t.Errorf("cancelled after %v", at.Sub(begin))
		}
		if got := e.History(); got[4].Type != "LambdaFunctionTimedOut" || got[4].Error != "States.Timeout" {
			t.Errorf("history %v", types(got))
		}
		m.Close()
		if took := time.Since(begin); took != 65*time.Second {
			t.Errorf("Close returned after %v, before the function had", took)
		}
	})
}

// What a path leads to is how long a machine waits for an answer, as a Wait state does.
func TestTimeoutOfAPathIsPaced(t *testing.T) {
	text := `{"Type": "Task", "Resource": "${F}", "Parameters": {}, "TimeoutSecondsPath": "$.wait", "Next": "Yes",
		"Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": null, "Next": "No"}]}`
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		m := newMachine(t, withEnds(text), asl.Options{Invoker: functions{"f": sleeps(time.Hour, `{}`)}, Pace: 10})
		e, err := m.Start("one", []byte(`{"wait": 120}`))
		if err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), `{"wait": 120}`)
		if took := time.Since(begin); took != 12*time.Second {
			t.Errorf("ended after %v", took)
		}
		if path := e.Path(); !slices.Equal(path, []string{"S", "No"}) {
			t.Errorf("by way of %v", path)
		}
		if got := e.History()[2]; got.TimeoutInSeconds != 120 {
			t.Errorf("scheduled as %+v", got)
		}
	})
}

func TestTimeoutOfAPathIsAWholeNumber(t *testing.T) {
	text := withEnds(`{"Type": "Task", "Resource": "${F}", "TimeoutSecondsPath": "$.wait", "Next": "Yes", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]}`)
	for _, input := range []string{`{}`, `{"wait": 0}`, `{"wait": 1.5}`, `{"wait": "9"}`, `{"wait": 100000000}`} {
		end, _, _ := runs(t, text, input, functions{"f": answers(`{}`)})
		check(t, end, "States.Runtime")
	}
}

func TestTimeoutIsPerAttemptAndNotPaced(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		m := newMachine(t, one(`{"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 5, "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 10, "MaxAttempts": 1}], "End": true}`),
			asl.Options{Invoker: functions{"f": sleeps(time.Hour, `{}`)}, Pace: 10})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), "States.Timeout")
		if took := time.Since(begin); took != 11*time.Second {
			t.Errorf("ended after %v", took)
		}
	})
}

func TestTaskWithoutTimeoutMayTakeAYear(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := start(t, one(`{"Type": "Task", "Resource": "${F}", "End": true}`), `{}`, functions{"f": sleeps(365*24*time.Hour, `{"done": 1}`)})
		check(t, wait(t, e), `{"done": 1}`)
	})
}

const waiting = `{"Type": "Task", "Resource": "${Invoke}.waitForTaskToken", "End": true,
	"Parameters": {"FunctionName": "g", "Payload": {"token.$": "$$.Task.Token"}}`

// holder returns a function that keeps the tokens it is given.
func holder(tokens chan<- string) functions {
	return functions{"g": func(_ context.Context, in string) (string, error) {
		var payload struct{ Token string }
		if err := json.Unmarshal([]byte(in), &payload); err != nil {
			return "", err
		}
		tokens <- payload.Token
		return `"ignored"`, nil
	}}
}

// waitingTask starts a machine with one task that waits for its token.
func waitingTask(t *testing.T, fields string) (*asl.Machine, *asl.Execution, chan string) {
	t.Helper()
	tokens := make(chan string, 10)
	m := newMachine(t, one(waiting+fields+`}`), asl.Options{Invoker: holder(tokens)})
	e, err := m.Start("one", nil)
	if err != nil {
		t.Fatal(err)
	}
	return m, e, tokens
}

func TestTaskTokenSuccess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, e, tokens := waitingTask(t, "")
		token := <-tokens
		time.Sleep(time.Hour)
		if err := m.SendTaskSuccess(token, []byte(`{"ok": true}`)); err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), `{"ok": true}`)
		want := []string{"ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"}
		history := e.History()
		if got := types(history); !slices.Equal(got, want) {
			t.Errorf("history %v, want %v", got, want)
		}
		scheduled := history[2]
		if scheduled.Resource != "invoke.waitForTaskToken" || scheduled.ResourceType != "lambda" || scheduled.Parameters != `{"FunctionName":"g","Payload":{"token":"`+token+`"}}` {
			t.Errorf("scheduled %+v", scheduled)
		}
		if history[4].Resource != "invoke.waitForTaskToken" || history[5].Output != `{"ok": true}` {
			t.Errorf("submitted %+v, succeeded %+v", history[4], history[5])
		}
		checkError(t, m.SendTaskSuccess(token, []byte(`{}`)), asl.ErrTaskTimedOut)
		checkError(t, m.SendTaskFailure(token, "App.Late", ""), asl.ErrTaskTimedOut)
	})
}

func TestTaskTokenFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, e, tokens := waitingTask(t, "")
		if err := m.SendTaskFailure(<-tokens, "App.Broken", "why"); err != nil {
			t.Fatal(err)
		}
		r := wait(t, e)
		check(t, r, "App.Broken")
		if r.Cause != "why" || e.History()[5].Type != "TaskFailed" {
			t.Errorf("cause %q, history %v", r.Cause, types(e.History()))
		}
	})
}

func TestFunctionMayCompleteItsOwnToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var m *asl.Machine
		tokens := make(chan string, 1)
		hold := holder(tokens)
		m = newMachine(t, one(waiting+`}`), asl.Options{Invoker: functions{"g": func(ctx context.Context, in string) (string, error) {
			out, _ := hold["g"](ctx, in)
			if err := m.SendTaskSuccess(<-tokens, []byte(`1`)); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			return out, ctx.Err()
		}}})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), `1`)
		if got := types(e.History()); got[4] != "TaskSubmitted" || got[5] != "TaskSucceeded" {
			t.Errorf("history %v", got)
		}
	})
}

func TestAcceptedOutcomeWinsOverATimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		tokens := make(chan string, 1)
		hold := holder(tokens)
		m := newMachine(t, one(waiting+`, "TimeoutSeconds": 5}`), asl.Options{Invoker: functions{"g": func(ctx context.Context, in string) (string, error) {
			if _, err := hold["g"](ctx, in); err != nil {
				return "", err
			}
			<-ctx.Done() // answers only when the task times out
			return "", ctx.Err()
		}}})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.SendTaskFailure(<-tokens, "App.Broken", "why"); err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), "App.Broken")
	})
}

func TestFailingInvocationEndsATaskThatWaits(t *testing.T) {
	got, _, history := runs(t, one(waiting+`}`), `{}`, functions{"g": fails("App.Broken", "why")})
	check(t, got, "App.Broken")
	if history[4].Type != "TaskFailed" || history[4].Error != "App.Broken" {
		t.Errorf("history %v", types(history))
	}
}

func TestMissedHeartbeatTimesOut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		m, e, tokens := waitingTask(t, `, "HeartbeatSeconds": 10, "TimeoutSeconds": 25`)
		check(t, wait(t, e), "States.Timeout")
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("ended after %v", took)
		}
		if last := e.History()[5]; last.Type != "TaskTimedOut" || last.Error != "States.Timeout" || last.Cause != "" || last.HeartbeatInSeconds != 0 || e.History()[2].HeartbeatInSeconds != 10 {
			t.Errorf("history %+v", e.History())
		}
		checkError(t, m.SendTaskSuccess(<-tokens, []byte(`1`)), asl.ErrTaskTimedOut)
	})
}

func TestMissedHeartbeatIsCaughtByEitherName(t *testing.T) {
	for name, caught := range map[string]bool{"States.HeartbeatTimeout": true, "States.Timeout": true, "States.ALL": true, "States.TaskFailed": false} {
		bubble(t, func(t *testing.T) {
			_, e, _ := waitingTask(t, `, "HeartbeatSeconds": 10, "Retry": [{"ErrorEquals": ["`+name+`"], "MaxAttempts": 1}]`)
			check(t, wait(t, e), "States.Timeout")
			if got := len(e.History()) > 7; got != caught {
				t.Errorf("%s retries it: %t", name, got)
			}
		})
	}
}

func TestEachAttemptHasItsOwnToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, e, tokens := waitingTask(t, `, "HeartbeatSeconds": 10, "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"]}]`)
		first, second := <-tokens, <-tokens
		if first == second {
			t.Fatal("both attempts have the same token")
		}
		checkError(t, m.SendTaskSuccess(first, []byte(`1`)), asl.ErrTaskTimedOut)
		if err := m.SendTaskSuccess(second, []byte(`2`)); err != nil {
			t.Fatal(err)
		}
		check(t, wait(t, e), `2`)
	})
}

func TestTokenErrors(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m, e, tokens := waitingTask(t, "")
		other, _, _ := waitingTask(t, "")
		token := <-tokens
		checkError(t, m.SendTaskSuccess("x", []byte(`1`)), asl.ErrInvalidToken)
		checkError(t, m.SendTaskFailure("", "E", ""), asl.ErrInvalidToken)
		checkError(t, other.SendTaskFailure(token, "E", ""), asl.ErrTaskDoesNotExist)
		checkError(t, m.SendTaskSuccess(token, []byte(`{`)), asl.ErrInvalidOutput)
		checkError(t, m.SendTaskSuccess(token, []byte(`"`+string(make([]byte, 262144))+`"`)), asl.ErrInvalidOutput)
		e.Stop("", "")
		checkError(t, m.SendTaskSuccess(token, []byte(`1`)), asl.ErrTaskTimedOut)
		synctest.Wait()
		checkError(t, m.SendTaskFailure(token, "E", ""), asl.ErrTaskTimedOut)
	})
}

func TestWaitStates(t *testing.T) {
	for seconds, want := range map[string]time.Duration{"90": 90 * time.Second, "0": 0, "31536000": 365 * 24 * time.Hour} {
		t.Run(seconds, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				begin := time.Now()
				e := start(t, one(`{"Type": "Wait", "Seconds": `+seconds+`, "End": true}`), `{"a": 1}`, nil)
				check(t, wait(t, e), `{"a": 1}`)
				if took := time.Since(begin); took != want {
					t.Errorf("waited %v, want %v", took, want)
				}
			})
		})
	}
}

func TestPaceQuickensWaits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		m := newMachine(t, one(`{"Type": "Wait", "Seconds": 60, "End": true}`), asl.Options{Pace: 20})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		wait(t, e)
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}
