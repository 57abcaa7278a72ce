package asl_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"photogallery/internal/asl"
)

func TestErrorEquals(t *testing.T) {
	tests := []struct {
		failure, errorEquals string
		caught               bool
	}{
		{"App.E", `["App.E"]`, true},
		{"App.E", `["App.Other", "App.E"]`, true},
		{"App.E", `["app.e"]`, false},
		{"App.E", `["App"]`, false},
		{"App.E", `["States.ALL"]`, true},
		{"App.E", `["States.TaskFailed"]`, true},
		{"App.E", `["States.Timeout"]`, false},
		{"App.E", `["States.BranchFailed"]`, false},
		{"States.Timeout", `["States.TaskFailed"]`, false},
		{"States.Timeout", `["States.Timeout"]`, true},
		{"States.Timeout", `["States.HeartbeatTimeout"]`, false},
		{"States.Timeout", `["States.ALL"]`, true},
		{"States.DataLimitExceeded", `["States.ALL"]`, true},
		{"States.DataLimitExceeded", `["States.TaskFailed"]`, true},
		{"States.Runtime", `["States.ALL"]`, false},
		{"States.Runtime", `["States.TaskFailed"]`, false},
	}
	for _, tc := range tests {
		t.Run(tc.failure+" "+tc.errorEquals, func(t *testing.T) {
			f := functions{"f": fails(tc.failure, "why")}
			got, path, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "End": true,
				"Catch": [{"ErrorEquals": `+tc.errorEquals+`, "Next": "C"}]}, "C": {"Type": "Succeed"}`), `{}`, f)
			if tc.caught {
				checkPath(t, path, "S", "C")
				check(t, got, `{"Error": "`+tc.failure+`", "Cause": "why"}`)
			} else {
				checkPath(t, path, "S")
				check(t, got, tc.failure)
			}
		})
	}
}

func TestCatch(t *testing.T) {
	const ends = `, "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}`
	tests := map[string]struct{ catch, end, want string }{
		"the first that matches":            {`{"ErrorEquals": ["App.E"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}`, "A", `{"Error": "App.E", "Cause": "why"}`},
		"not one that does not":             {`{"ErrorEquals": ["App.F"], "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}`, "B", `{"Error": "App.E", "Cause": "why"}`},
		"ResultPath keeps the raw input":    {`{"ErrorEquals": ["App.E"], "ResultPath": "$.error", "Next": "A"}, {"ErrorEquals": ["App.F"], "Next": "B"}`, "A", `{"a": {"b": 1}, "error": {"Error": "App.E", "Cause": "why"}}`},
		"ResultPath null drops the error":   {`{"ErrorEquals": ["App.E"], "ResultPath": null, "Next": "A"}, {"ErrorEquals": ["App.F"], "Next": "B"}`, "A", `{"a": {"b": 1}}`},
		"ResultPath that cannot be applied": {`{"ErrorEquals": ["App.E"], "ResultPath": "$.a.b.c", "Next": "A"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}`, "", "States.ResultPathMatchFailure"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, path, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "InputPath": "$.a", "ResultPath": "$.x", "OutputPath": "$.x", "End": true,
				"Catch": [`+tc.catch+`]}`+ends), `{"a": {"b": 1}}`, functions{"f": fails("App.E", "why")})
			if tc.end != "" {
				checkPath(t, path, "S", tc.end)
			}
			check(t, got, tc.want)
		})
	}
}

func TestParameterFailureOfATaskIsNotCaught(t *testing.T) {
	got, path, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "Parameters": {"x.$": "$.nope"}, "End": true,
		"Catch": [{"ErrorEquals": ["States.ParameterPathFailure"], "Next": "C"}, {"ErrorEquals": ["States.ALL"], "Next": "C"}]}, "C": {"Type": "Succeed"}`), `{}`, nil)
	checkPath(t, path, "S")
	check(t, got, "States.Runtime")
}

func TestForeignErrorsAreLambdaUnknown(t *testing.T) {
	f := functions{"f": func(context.Context, string) (string, error) { return "", errors.New("broken pipe") }}
	got, _, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "End": true}`), `{}`, f)
	check(t, got, "Lambda.Unknown")
	if got.Cause != "broken pipe" {
		t.Errorf("cause %q", got.Cause)
	}
}

func TestAnswerThatIsNoJSON(t *testing.T) {
	got, _, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "End": true}`), `{}`, functions{"f": answers(`{"a": 1} x`)})
	check(t, got, "States.Runtime")
}

// delays runs a task that fails with the names given, one an attempt, and then
// succeeds. It returns the seconds before each retry.
func delays(t *testing.T, retry string, random func() float64, pace float64, names ...string) (waited []float64, result asl.Snapshot) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		var calls []time.Time
		f := functions{"f": func(context.Context, string) (string, error) {
			calls = append(calls, time.Now())
			if len(calls) <= len(names) {
				return "", &asl.TaskError{Name: names[len(calls)-1]}
			}
			return `{}`, nil
		}}
		m := newMachine(t, one(`{"Type": "Task", "Resource": "${F}", "Retry": `+retry+`, "End": true}`), asl.Options{Invoker: f, Random: random, Pace: pace})
		e, err := m.Start("one", nil)
		if err != nil {
			t.Fatal(err)
		}
		result = wait(t, e)
		for i, at := range calls[1:] {
			waited = append(waited, at.Sub(calls[i]).Seconds())
		}
	})
	return waited, result
}

func TestRetryDelays(t *testing.T) {
	const e, o = "App.E", "App.Other"
	tests := map[string]struct {
		retry  string
		random float64
		pace   float64
		names  []string
		want   []float64
		end    asl.Status
	}{
		"defaults: 1 s, doubled, 3 retries": {`[{"ErrorEquals": ["App.E"]}]`, 0, 0, []string{e, e, e, e}, []float64{1, 2, 4}, asl.StatusFailed},
		"success after a retry":             {`[{"ErrorEquals": ["App.E"]}]`, 0, 0, []string{e}, []float64{1}, asl.StatusSucceeded},
		"interval, rate, attempts":          {`[{"ErrorEquals": ["App.E"], "IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 4}]`, 0, 0, []string{e, e, e, e, e}, []float64{3, 4.5, 6.75, 10.125}, asl.StatusFailed},
		"no attempts":                       {`[{"ErrorEquals": ["App.E"], "MaxAttempts": 0}]`, 0, 0, []string{e}, nil, asl.StatusFailed},
		"a longest delay":                   {`[{"ErrorEquals": ["App.E"], "IntervalSeconds": 2, "MaxDelaySeconds": 5, "MaxAttempts": 4}]`, 0, 0, []string{e, e, e, e}, []float64{2, 4, 5, 5}, asl.StatusSucceeded},
		"many attempts do not overflow":     {`[{"ErrorEquals": ["App.E"], "BackoffRate": 1e200, "MaxDelaySeconds": 7, "MaxAttempts": 9}]`, 0, 0, []string{e, e, e, e}, []float64{1, 7, 7, 7}, asl.StatusSucceeded},
		"full jitter":                       {`[{"ErrorEquals": ["App.E"], "IntervalSeconds": 4, "JitterStrategy": "FULL"}]`, 0.25, 0, []string{e, e}, []float64{1, 2}, asl.StatusSucceeded},
		"full jitter of the longest delay":  {`[{"ErrorEquals": ["App.E"], "IntervalSeconds": 4, "MaxDelaySeconds": 6, "JitterStrategy": "FULL"}]`, 0.5, 0, []string{e, e, e}, []float64{2, 3, 3}, asl.StatusSucceeded},
		"no jitter":                         {`[{"ErrorEquals": ["App.E"], "JitterStrategy": "NONE"}]`, 0.5, 0, []string{e, e}, []float64{1, 2}, asl.StatusSucceeded},
		"another error":                     {`[{"ErrorEquals": ["App.E"]}]`, 0, 0, []string{o}, nil, asl.StatusFailed},
		"each retrier counts for itself":    {`[{"ErrorEquals": ["App.E"], "MaxAttempts": 2}, {"ErrorEquals": ["App.Other"], "IntervalSeconds": 10, "MaxAttempts": 1}]`, 0, 0, []string{e, o, e, o}, []float64{1, 10, 2}, asl.StatusFailed},
		"the first that matches":            {`[{"ErrorEquals": ["App.E"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 9}]`, 0, 0, []string{e, e}, []float64{1}, asl.StatusFailed},
		"quicker by the pace":               {`[{"ErrorEquals": ["App.E"], "IntervalSeconds": 4}]`, 0, 8, []string{e, e}, []float64{0.5, 1}, asl.StatusSucceeded},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, result := delays(t, tc.retry, func() float64 { return tc.random }, tc.pace, tc.names...)
			if !slices.Equal(got, tc.want) {
				t.Errorf("delays %v, want %v", got, tc.want)
			}
			if result.Status != tc.end {
				t.Errorf("ended %s, want %s", result.Status, tc.end)
			}
		})
	}
}

func TestRandomJitterStaysInBounds(t *testing.T) {
	got, _ := delays(t, `[{"ErrorEquals": ["App.E"], "IntervalSeconds": 4, "BackoffRate": 1, "MaxAttempts": 50, "JitterStrategy": "FULL"}]`, nil, 0, slices.Repeat([]string{"App.E"}, 50)...)
	if len(got) != 50 || slices.Min(got) < 0 || slices.Max(got) > 4 || slices.Min(got) == slices.Max(got) {
		t.Errorf("delays %v", got)
	}
}

func TestRetriesCountAnewAtEachVisit(t *testing.T) {
	calls := 0
	f := functions{"f": func(context.Context, string) (string, error) {
		if calls++; calls%3 != 0 { // fails twice, then succeeds
			return "", &asl.TaskError{Name: "App.E"}
		}
		return map[bool]string{true: `{"more": true}`, false: `{"more": false}`}[calls == 3], nil
	}}
	got, path, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["App.E"], "MaxAttempts": 2}], "Next": "More"},
		"More": {"Type": "Choice", "Choices": [{"Variable": "$.more", "BooleanEquals": true, "Next": "S"}], "Default": "End"}, "End": {"Type": "Succeed"}`), `{}`, f)
	check(t, got, `{"more": false}`)
	checkPath(t, path, "S", "More", "S", "More", "End")
	if calls != 6 {
		t.Errorf("%d calls, want 6", calls)
	}
}

func TestCatchAfterTheLastRetry(t *testing.T) {
	_, path, history := runs(t, one(`{"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["App.E"], "MaxAttempts": 1}],
		"Catch": [{"ErrorEquals": ["App.E"], "Next": "C"}], "End": true}, "C": {"Type": "Succeed"}`), `{}`, functions{"f": fails("App.E", "why")})
	checkPath(t, path, "S", "C")
	want := []string{
		"ExecutionStarted", "TaskStateEntered",
		"LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed",
		"LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed",
		"TaskStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded",
	}
	if got := types(history); !slices.Equal(got, want) {
		t.Errorf("history %v, want %v", got, want)
	}
}
