package asl_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/asl"
)

func TestStopRunsNoCatchAndCancelsTasks(t *testing.T) {
	bubble(t, func(t *testing.T) {
		canceled := make(chan struct{})
		e := start(t, one(`{"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}], "End": true}, "C": {"Type": "Succeed"}`), `{}`,
			functions{"f": func(ctx context.Context, _ string) (string, error) {
				<-ctx.Done()
				close(canceled)
				return "", ctx.Err()
			}})
		time.Sleep(time.Minute)
		e.Stop("App.Stopped", "by hand")
		if got := e.Snapshot().Status; got != asl.StatusAborted {
			t.Errorf("right after Stop the status is %s", got)
		}
		<-canceled
		e.Stop("App.Again", "")
		if got := wait(t, e); got.Status != asl.StatusAborted || got.Error != "App.Stopped" || got.Cause != "by hand" || got.Output != "" {
			t.Errorf("ended %+v", got)
		}
		synctest.Wait()
		checkPath(t, e.Path(), "S")
		history := e.History()
		last := history[len(history)-1]
		if last.Type != "ExecutionAborted" || last.PreviousID != 0 || last.Error != "App.Stopped" || last.Cause != "by hand" {
			t.Errorf("last event %+v", last)
		}
	})
}

func TestStopEndsWaitsAndRetryDelays(t *testing.T) {
	for name, state := range map[string]string{
		"Wait":     `{"Type": "Wait", "Seconds": 3600, "End": true}`,
		"retry":    `{"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["App.E"], "IntervalSeconds": 3600}], "End": true}`,
		"Parallel": `{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": true}}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				begin := time.Now()
				m := newMachine(t, one(state), asl.Options{Invoker: functions{"f": fails("App.E", "")}})
				e, err := m.Start("one", nil)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				m.Close()
				if got := wait(t, e); got.Status != asl.StatusAborted {
					t.Errorf("ended %s", got.Status)
				}
				if took := time.Since(begin); took != time.Second {
					t.Errorf("Close took until %v", took)
				}
			})
		})
	}
}

func TestOverallTimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		e := start(t, `{"StartAt": "S", "TimeoutSeconds": 60, "States": {"S": {"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 600,
			"Catch": [{"ErrorEquals": ["States.Timeout", "States.TaskFailed"], "Next": "C"}], "End": true}, "C": {"Type": "Succeed"}}}`, `{}`, functions{"f": sleeps(time.Hour, `{}`)})
		s := wait(t, e)
		if s.Status != asl.StatusTimedOut || s.Output+s.Error+s.Cause != "" || s.StopDate.Sub(begin) != time.Minute || s.StartDate != begin {
			t.Errorf("ended %+v", s)
		}
		synctest.Wait()
		checkPath(t, e.Path(), "S")
		history := e.History()
		if last := history[len(history)-1]; last.Type != "ExecutionTimedOut" || last.Error != "States.Timeout" || last.PreviousID != 0 {
			t.Errorf("last event %+v", last)
		}
	})
}

func TestOverallTimeoutDoesNotTouchWhatEndsBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := start(t, `{"StartAt": "S", "TimeoutSeconds": 60, "States": {"S": {"Type": "Wait", "Seconds": 59, "End": true}}}`, `{}`, nil)
		check(t, wait(t, e), `{}`)
		time.Sleep(time.Hour)
		if got := e.Snapshot().Status; got != asl.StatusSucceeded {
			t.Errorf("an hour later the status is %s", got)
		}
	})
}

func TestHistoryLimit(t *testing.T) {
	got, _, history := runs(t, one(`{"Type": "Pass", "Next": "T"}, "T": {"Type": "Pass", "Next": "S"}`), `{}`, nil)
	check(t, got, "States.Runtime")
	if len(history) != 25000 {
		t.Fatalf("%d events", len(history))
	}
	if last := history[24999]; last.Type != "ExecutionFailed" || last.ID != 25000 || last.PreviousID != 24999 || !strings.Contains(last.Cause, "25000") {
		t.Errorf("last event %+v", last)
	}
}

const pausing = `{"Type": "Wait", "Seconds": 60, "End": true}`

func TestStartIsIdempotentByName(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMachine(t, one(pausing), asl.Options{})
		first, err := m.Start("a", []byte(`{"x": 1}`))
		if err != nil {
			t.Fatal(err)
		}
		again, err := m.Start("a", []byte(`{"x": 1}`))
		if err != nil || again != first {
			t.Errorf("the same name and input gave %p, %v; want %p", again, err, first)
		}
		_, err = m.Start("a", []byte(`{"x": 2}`))
		checkError(t, err, asl.ErrExecutionAlreadyExists)
		wait(t, first)
		_, err = m.Start("a", []byte(`{"x": 1}`))
		checkError(t, err, asl.ErrExecutionAlreadyExists)
		if n := len(m.Executions()); n != 1 {
			t.Errorf("%d executions", n)
		}
	})
}

func TestStartRefusals(t *testing.T) {
	tests := map[string]struct {
		name, input string
		want        error
	}{
		"no name":             {"", `{}`, asl.ErrInvalidName},
		"81 characters":       {strings.Repeat("x", 81), `{}`, asl.ErrInvalidName},
		"a space":             {"a b", `{}`, asl.ErrInvalidName},
		"a slash":             {"a/b", `{}`, asl.ErrInvalidName},
		"a colon":             {"a:b", `{}`, asl.ErrInvalidName},
		"a wildcard":          {"a*", `{}`, asl.ErrInvalidName},
		"a control character": {"a\u0085b", `{}`, asl.ErrInvalidName},
		"invalid UTF-8":       {"a\xff", `{}`, asl.ErrInvalidName},
		"no JSON":             {"a", `{`, asl.ErrInvalidExecutionInput},
		"two JSON texts":      {"a", `{} {}`, asl.ErrInvalidExecutionInput},
		"too long":            {"a", `"` + strings.Repeat("x", 262143) + `"`, asl.ErrInvalidExecutionInput},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, one(pausing), asl.Options{})
			e, err := m.Start(tc.name, []byte(tc.input))
			checkError(t, err, tc.want)
			if e != nil || len(m.Executions()) != 0 {
				t.Error("there is an execution")
			}
		})
	}
}

func TestStartTakesGoodNamesAndAnyJSON(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMachine(t, one(pausing), asl.Options{})
		for name, input := range map[string]string{strings.Repeat("é", 80): `"text"`, "a-b_c.d=e@f+g!": `null`, "x": ``} {
			e, err := m.Start(name, []byte(input))
			if err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			if got := wait(t, e); input != "" && got.Output != input || input == "" && got.Output != `{}` {
				t.Errorf("output %q of input %q", got.Output, input)
			}
		}
	})
}

func TestExecutionsNewestFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMachine(t, one(pausing), asl.Options{})
		for _, name := range []string{"c", "a", "b"} {
			if _, err := m.Start(name, nil); err != nil {
				t.Fatal(err)
			}
		}
		var names []string
		for _, e := range m.Executions() {
			names = append(names, e.Snapshot().Name)
		}
		if !slices.Equal(names, []string{"b", "a", "c"}) {
			t.Errorf("executions %v", names)
		}
		if e, ok := m.Execution("a"); !ok || e.Snapshot().Name != "a" {
			t.Error("the execution a is not found")
		}
		if e, ok := m.Execution("z"); ok || e != nil {
			t.Error("an execution z is found")
		}
	})
}

func TestSnapshot(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := start(t, one(pausing), `{"a": 1}`, nil)
		want := asl.Snapshot{
			ARN: "arn:aws:states:eu-west-1:123456789012:execution:release:one", Name: "one",
			Status: asl.StatusRunning, Input: `{"a": 1}`, StartDate: time.Now(),
		}
		if got := e.Snapshot(); got != want {
			t.Errorf("snapshot %+v, want %+v", got, want)
		}
		wait(t, e)
		want.Status, want.Output, want.StopDate = asl.StatusSucceeded, `{"a":1}`, want.StartDate.Add(time.Minute)
		if got := e.Snapshot(); got.Status != want.Status || got.StopDate != want.StopDate {
			t.Errorf("snapshot %+v, want %+v", got, want)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := start(t, one(pausing), `{}`, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestCloseAbortsAndRefusesStarts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMachine(t, one(pausing), asl.Options{})
		e, err := m.Start("a", nil)
		if err != nil {
			t.Fatal(err)
		}
		m.Close()
		m.Close()
		if got := e.Snapshot().Status; got != asl.StatusAborted {
			t.Errorf("status %s", got)
		}
		_, err = m.Start("b", nil)
		checkError(t, err, asl.ErrStateMachineDeleting)
	})
}

func TestEventsFollowEachOtherInTheirBranch(t *testing.T) {
	_, _, history := runs(t, one(`{"Type": "Parallel", "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A2"}, "A2": {"Type": "Pass", "End": true}}},
		{"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B2"}, "B2": {"Type": "Pass", "End": true}}}], "End": true}`), `{}`, nil)
	ids := map[string]int64{}
	for i, event := range history {
		if event.ID != int64(i+1) || event.PreviousID >= event.ID {
			t.Errorf("event %d has ID %d after %d", i, event.ID, event.PreviousID)
		}
		ids[event.Type+event.Name] = event.ID
	}
	for after, before := range map[string]string{
		"PassStateEnteredA": "ParallelStateStarted", "PassStateEnteredB": "ParallelStateStarted",
		"PassStateEnteredA2": "PassStateExitedA", "PassStateEnteredB2": "PassStateExitedB",
	} {
		if got := history[ids[after]-1].PreviousID; got != ids[before] {
			t.Errorf("%s follows event %d, want %s, %d", after, got, before, ids[before])
		}
	}
	// As in histories that others recorded on AWS in 2023: an execution's first state follows nothing,
	// and both events at a Parallel's end follow the last of its branches.
	// https://github.com/localstack/localstack tests/aws/services/stepfunctions/v2/scenarios, test_parallel_state
	last := max(ids["PassStateExitedA2"], ids["PassStateExitedB2"])
	for event, want := range map[string]int64{"ParallelStateEnteredS": 0, "ParallelStateSucceeded": last, "ParallelStateExitedS": last} {
		if got := history[ids[event]-1].PreviousID; ids[event] == 0 || got != want {
			t.Errorf("%s has %d for its previous event, want %d", event, got, want)
		}
	}
}

func TestExecutionsShareADefinition(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := newMachine(t, one(`{"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["App.E"], "MaxAttempts": 1}], "ResultPath": "$.r", "End": true}`),
			asl.Options{Invoker: functions{"f": fails("App.E", "why")}})
		var all []*asl.Execution
		for i := range 50 {
			e, err := m.Start(strings.Repeat("x", i+1), []byte(`{"o": {}}`))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		for _, e := range all {
			check(t, wait(t, e), "App.E")
			scheduled := slices.DeleteFunc(types(e.History()), func(name string) bool { return name != "LambdaFunctionScheduled" })
			if len(scheduled) != 2 {
				t.Errorf("%d attempts, want 2", len(scheduled))
			}
		}
	})
}

func TestWaitTakesItsSecondsFromThePath(t *testing.T) {
	const machine = `{"StartAt": "S", "States": {"S": {"Type": "Wait", "SecondsPath": "$.wait", "End": true}}}`
	for input, want := range map[string]string{`{"wait": 90}`: `{"wait": 90}`, `{"wait": 1.5}`: "States.Runtime", `{"wait": "90"}`: "States.Runtime", `{}`: "States.Runtime", `{"wait": -1}`: "States.Runtime"} {
		bubble(t, func(t *testing.T) {
			began := time.Now()
			check(t, wait(t, start(t, machine, input, nil)), want)
			if took := time.Since(began); want == input && took != 90*time.Second {
				t.Errorf("%s waits for %v", input, took)
			}
		})
	}
}
