package asl_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"photogallery/internal/asl"
)

func TestParallelKeepsTheOrderOfItsBranches(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		e := start(t, one(`{"Type": "Parallel", "InputPath": "$.in", "ResultPath": "$.out", "Next": "After", "Branches": [
			{"StartAt": "A1", "States": {"A1": {"Type": "Wait", "Seconds": 9, "Next": "A2"}, "A2": {"Type": "Pass", "Result": "a", "End": true}}},
			{"StartAt": "B1", "States": {"B1": {"Type": "Wait", "Seconds": 3, "Next": "B2"}, "B2": {"Type": "Succeed"}}}]}, "After": {"Type": "Succeed"}`), `{"in": 1}`, nil)
		check(t, wait(t, e), `{"in": 1, "out": ["a", 1]}`)
		checkPath(t, e.Path(), "S", "A1", "A2", "B1", "B2", "After")
		if took := time.Since(begin); took != 9*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// failing is a Parallel in which b fails after 3 s, and f would take an hour.
const failing = `{"Type": "Parallel", "End": true, "Branches": [
	{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Never"}], "Next": "Never"}, "Never": {"Type": "Succeed"}}},
	{"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 3, "Next": "B2"}, "B2": {"Type": "Fail", "Error": "App.B", "Cause": "why"}}}]`

func TestFailingBranchCancelsItsSiblings(t *testing.T) {
	bubble(t, func(t *testing.T) {
		begin := time.Now()
		canceled := make(chan time.Duration, 1)
		e := start(t, one(failing+`}`), `{}`, functions{"f": func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			canceled <- time.Since(begin)
			return "", ctx.Err()
		}})
		r := wait(t, e)
		check(t, r, "App.B")
		if r.Cause != "why" {
			t.Errorf("cause %q", r.Cause)
		}
		if at := <-canceled; at != 3*time.Second || time.Since(begin) != 3*time.Second {
			t.Errorf("the sibling was canceled after %v, the execution ended after %v", at, time.Since(begin))
		}
		checkPath(t, e.Path(), "S", "A", "B", "B2")
		want := []string{"FailStateEntered", "TaskStateAborted", "ParallelStateFailed", "ExecutionFailed"}
		if got := types(e.History()); !slices.Equal(got[len(got)-4:], want) {
			t.Errorf("history %v", got)
		}
	})
}

func TestParallelCatchesAndRetries(t *testing.T) {
	tests := map[string]struct {
		fields, want string
		path         []string
	}{
		"catch by the branch's error":     {`, "Catch": [{"ErrorEquals": ["App.B"], "ResultPath": "$.e", "Next": "C"}]`, `{"e": {"Error": "App.B", "Cause": "why"}}`, []string{"S", "A", "B", "B2", "C"}},
		"catch by States.BranchFailed":    {`, "Catch": [{"ErrorEquals": ["States.BranchFailed"], "ResultPath": null, "Next": "C"}]`, `{}`, []string{"S", "A", "B", "B2", "C"}},
		"a retry runs all branches again": {`, "Retry": [{"ErrorEquals": ["App.B"], "MaxAttempts": 1}], "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "C"}]`, `{}`, []string{"S", "A", "B", "B2", "A", "B", "B2", "C"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, path, _ := runs(t, one(failing+tc.fields+`}, "C": {"Type": "Succeed"}`), `{}`, functions{"f": sleeps(time.Hour, `{}`)})
			check(t, got, tc.want)
			checkPath(t, path, tc.path...)
		})
	}
}

func TestBranchesThatCatchTheirFailuresRunOn(t *testing.T) {
	got, path, _ := runs(t, one(`{"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A failed"}], "End": true}, "A failed": {"Type": "Pass", "End": true}}},
		{"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "${G}", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B failed"}], "End": true}, "B failed": {"Type": "Pass", "End": true}}}]}`),
		`{}`, functions{"f": fails("App.A", "why"), "g": sleeps(time.Minute, `"fine"`)})
	check(t, got, `[{"Error": "App.A", "Cause": "why"}, "fine"]`)
	checkPath(t, path, "S", "A", "A failed", "B")
}

func TestNestedParallels(t *testing.T) {
	got, path, _ := runs(t, one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Next": "After", "Branches": [
		{"StartAt": "X", "States": {"X": {"Type": "Wait", "Seconds": 2, "End": true}}}, {"StartAt": "Y", "States": {"Y": {"Type": "Pass", "End": true}}}]}, "After": {"Type": "Pass", "End": true}}},
		{"StartAt": "Z", "States": {"Z": {"Type": "Pass", "Result": 3, "End": true}}}]}`), `1`, nil)
	check(t, got, `[[1, 1], 3]`)
	checkPath(t, path, "S", "P", "X", "Y", "After", "Z")
}

func TestStatesRuntimeOfABranchIsNotCaught(t *testing.T) {
	got, _, _ := runs(t, one(`{"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.BranchFailed", "States.TaskFailed"], "Next": "C"}], "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$.nope", "End": true}}}]}, "C": {"Type": "Succeed"}`), `{}`, nil)
	check(t, got, "States.Runtime")
	if got.Status != asl.StatusFailed {
		t.Errorf("status %s", got.Status)
	}
}
