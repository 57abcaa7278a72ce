package asl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"photogallery/internal/asl"
)

func TestPayloadTemplate(t *testing.T) {
	const input = `{"flagged": 7, "vals": [0, 10, 20, 30, 40, 50], "name": "Foo", "big": 12345678901234567, "none": null,
		"o": {"b": 1, "a": {"c": 2}}, "json": "{\"number\": 20}", "rows": [{"id": 1}, {"id": 2}], "dash-ed": 1}`
	tests := map[string]struct{ parameters, want string }{
		"no paths":                      {`{"first": 88, "s": "$.flagged"}`, `{"first": 88, "s": "$.flagged"}`},
		"paths at any depth":            {`{"parts": {"first.$": "$.vals[0]", "more": [{"x.$": "$.name"}, "$.name"]}}`, `{"parts": {"first": 0, "more": [{"x": "Foo"}, "$.name"]}}`},
		"bracket notation":              {`{"x.$": "$['dash-ed']"}`, `{"x": 1}`},
		"null is a value":               {`{"x.$": "$.none"}`, `{"x": null}`},
		"large whole numbers stay":      {`{"x.$": "States.Format('{}', $.big)", "y": 98765432109876543}`, `{"x": "12345678901234567", "y": 98765432109876543}`},
		"a path to nowhere":             {`{"x.$": "$.nope"}`, "States.Runtime"},
		"a path through a scalar":       {`{"x.$": "$.name.x"}`, "States.Runtime"},
		"an index out of range":         {`{"x.$": "$.vals[9]"}`, "States.Runtime"},
		"the whole input":               {`{"x.$": "$"}`, `{"x": ` + input + `}`},
		"format":                        {`{"x.$": "States.Format('{} is {}, {} and {}', $.name, 2020, true, $.none)"}`, `{"x": "Foo is 2020, true and null"}`},
		"format keeps a second string":  {`{"x.$": "States.Format('{}{}', 'ab', '{}')"}`, `{"x": "ab{}"}`},
		"format of a large number":      {`{"x.$": "States.Format('{}', $.big)"}`, `{"x": "12345678901234567"}`},
		"format of an object":           {`{"x.$": "States.Format('{}', $.o)"}`, "States.IntrinsicFailure"},
		"format with a path to nowhere": {`{"x.$": "States.Format('{}', $.nope)"}`, "States.Runtime"},
		"array":                         {`{"x.$": "States.Array('Foo', 2020, $.o, null, false)"}`, `{"x": ["Foo", 2020, {"b": 1, "a": {"c": 2}}, null, false]}`},
		"format without values":         {`{"x.$": "States.Format('as it is')"}`, `{"x": "as it is"}`},
		"format with commas and spaces": {`{"x.$": "States.Format( 'a, {}; {}' ,$['dash-ed'] , 'b, c' )"}`, `{"x": "a, 1; b, c"}`},
		"array of one path":             {`{"x.$": "States.Array($.name)"}`, `{"x": ["Foo"]}`},
		"array with a path to nowhere":  {`{"x.$": "States.Array($.name, $.nope)"}`, "States.Runtime"},
		"empty array":                   {`{"x.$": "States.Array()"}`, `{"x": []}`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(`{"Type": "Pass", "End": true, "Parameters": `+tc.parameters+`}`), input, nil)
			check(t, got, tc.want)
		})
	}
}

func TestInputAndOutputProcessing(t *testing.T) {
	const input = `{"title": "Numbers", "numbers": {"a": 3, "b": 4}, "list": [1, 2], "text": "x"}`
	tests := map[string]struct{ fields, want string }{
		"the result replaces the input":  {``, `{"got": %s}`},
		"InputPath":                      {`"InputPath": "$.numbers",`, `{"got": {"a": 3, "b": 4}}`},
		"InputPath null":                 {`"InputPath": null,`, `{"got": {}}`},
		"InputPath to nowhere":           {`"InputPath": "$.nope",`, "States.Runtime"},
		"InputPath to the context":       {`"InputPath": "$$.Execution.Name",`, `{"got": "one"}`},
		"Parameters after InputPath":     {`"InputPath": "$.numbers", "Parameters": {"c.$": "$.a"},`, `{"got": {"c": 3}}`},
		"ResultSelector":                 {`"InputPath": "$.numbers", "ResultSelector": {"sum.$": "$.got.a"},`, `{"sum": 3}`},
		"ResultSelector to nowhere":      {`"ResultSelector": {"sum.$": "$.nope"},`, "States.Runtime"},
		"ResultPath null":                {`"ResultPath": null,`, `%s`},
		"ResultPath to a new field":      {`"InputPath": "$.text", "ResultPath": "$.new", "OutputPath": "$.new",`, `{"got": "x"}`},
		"ResultPath makes objects":       {`"InputPath": "$.text", "ResultPath": "$.m.n.o", "OutputPath": "$.m",`, `{"n": {"o": {"got": "x"}}}`},
		"ResultPath overwrites":          {`"InputPath": "$.text", "ResultPath": "$.numbers.a", "OutputPath": "$.numbers",`, `{"a": {"got": "x"}, "b": 4}`},
		"ResultPath through a scalar":    {`"ResultPath": "$.text.x",`, "States.ResultPathMatchFailure"},
		"ResultPath by name in an array": {`"ResultPath": "$.list.x",`, "States.ResultPathMatchFailure"},
		"OutputPath":                     {`"ResultPath": null, "OutputPath": "$.list",`, `[1, 2]`},
		"OutputPath null":                {`"OutputPath": null,`, `{}`},
		"OutputPath to nowhere":          {`"OutputPath": "$.nope",`, "States.Runtime"},
	}
	f := functions{"f": func(_ context.Context, in string) (string, error) { return `{"got": ` + in + `}`, nil }}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(`{"Type": "Task", `+tc.fields+` "Resource": "${F}", "End": true}`), input, f)
			want := tc.want
			if strings.Contains(want, "%s") {
				want = fmt.Sprintf(want, input)
			}
			check(t, got, want)
		})
	}
}

func TestResultPathNeedsAnObject(t *testing.T) {
	got, _, _ := runs(t, one(`{"Type": "Pass", "Result": 1, "ResultPath": "$.x", "End": true}`), `"foo"`, nil)
	check(t, got, "States.ResultPathMatchFailure")
}

func TestBranchesDoNotSeeEachOthersChanges(t *testing.T) {
	got, _, _ := runs(t, one(`{"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "ResultPath": "$.o.a", "End": true}}},
		{"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 2, "ResultPath": "$.o.b", "End": true}}}]}`), `{"o": {}}`, nil)
	check(t, got, `[{"o": {"a": 1}}, {"o": {"b": 2}}]`)
}

func TestPassAndSucceed(t *testing.T) {
	tests := map[string]struct{ state, want string }{
		"Pass hands its input on":   {`{"Type": "Pass", "End": true}`, `{"a": 1}`},
		"Pass with a Result":        {`{"Type": "Pass", "Result": {"x.$": "$.a"}, "ResultPath": "$.b", "End": true}`, `{"a": 1, "b": {"x.$": "$.a"}}`},
		"Pass with a null Result":   {`{"Type": "Pass", "Result": null, "End": true}`, `null`},
		"Succeed selects":           {`{"Type": "Succeed", "InputPath": "$.a"}`, `1`},
		"Succeed selects an output": {`{"Type": "Succeed", "OutputPath": "$.a"}`, `1`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(tc.state), `{"a": 1}`, nil)
			check(t, got, tc.want)
		})
	}
}

func TestContextObject(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := start(t, one(`{"Type": "Pass", "End": true, "Parameters": {
			"id.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "in.$": "$$.Execution.Input", "five.$": "$$.Execution.Input.a[0]",
			"state.$": "$$.State.Name", "retries.$": "$$.State.RetryCount"}}`), `{"a": [5]}`, nil)
		check(t, wait(t, e), `{
			"id": "arn:aws:states:eu-west-1:123456789012:execution:release:one", "name": "one", "in": {"a": [5]}, "five": 5, "state": "S", "retries": 0}`)
	})
}

func TestTokenIsAbsentFromTasksThatDoNotWait(t *testing.T) {
	got, _, _ := runs(t, one(`{"Type": "Pass", "End": true, "Parameters": {"token.$": "$$.Task.Token"}}`), `{}`, nil)
	check(t, got, "States.Runtime")
}

func TestRetryCountIsInTheContextObject(t *testing.T) {
	f := functions{"f": func(_ context.Context, in string) (string, error) {
		if in != `{"n":2}` {
			return "", &asl.TaskError{Name: "App.Again"}
		}
		return in, nil
	}}
	got, _, _ := runs(t, one(`{"Type": "Task", "Resource": "${F}", "Parameters": {"n.$": "$$.State.RetryCount"},
		"Retry": [{"ErrorEquals": ["App.Again"]}], "End": true}`), `{}`, f)
	check(t, got, `{"n": 2}`)
}

func TestFail(t *testing.T) {
	const input = `{"error": {"Error": "App.Broken", "Cause": "why", "n": 1}}`
	tests := map[string]struct{ fields, name, cause string }{
		"nothing said":       {``, "", ""},
		"fixed":              {`, "Error": "App.E", "Cause": "c"`, "App.E", "c"},
		"by paths":           {`, "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"`, "App.Broken", "why"},
		"a path to nowhere":  {`, "ErrorPath": "$.nope"`, "States.Runtime", ""},
		"a path to a number": {`, "CausePath": "$.error.n"`, "States.Runtime", ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(`{"Type": "Fail"`+tc.fields+`}`), input, nil)
			if got.Status != asl.StatusFailed || got.Error != tc.name {
				t.Errorf("ended %s with %q, want FAILED with %q", got.Status, got.Error, tc.name)
			}
			if tc.name != "States.Runtime" && got.Cause != tc.cause {
				t.Errorf("cause %q, want %q", got.Cause, tc.cause)
			}
			if tc.name == "States.Runtime" && got.Cause == "" {
				t.Error("the cause is empty")
			}
		})
	}
}

func TestDataLimit(t *testing.T) {
	long := strings.Repeat("x", 262144-2) // with its quotes as long as is allowed
	tests := map[string]struct{ state, answer, want string }{
		"an answer of the limit":           {`{"Type": "Task", "Resource": "${F}", "OutputPath": null, "End": true}`, long, `{}`},
		"an answer over it":                {`{"Type": "Task", "Resource": "${F}", "OutputPath": null, "End": true}`, long + "x", "States.DataLimitExceeded"},
		"an output over it":                {`{"Type": "Task", "Resource": "${F}", "ResultPath": "$.r", "End": true}`, long, "States.DataLimitExceeded"},
		"an input over it":                 {`{"Type": "Pass", "End": true, "Parameters": {"a.$": "$.v", "b.$": "$.v"}}`, "", "States.DataLimitExceeded"},
		"States.ALL catches an answer's":   {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "E"}], "End": true}, "E": {"Type": "Pass", "Result": 1, "End": true}`, long + "x", `1`},
		"States.ALL catches no output's":   {`{"Type": "Task", "Resource": "${F}", "ResultPath": "$.r", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}], "End": true}, "E": {"Type": "Succeed"}`, long, "States.DataLimitExceeded"},
		"its name catches it":              {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": null, "Next": "E"}], "End": true}, "E": {"Type": "Pass", "Result": 1, "End": true}`, long + "x", `1`},
		"an error output of a small input": {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.e", "Next": "E"}], "End": true}, "E": {"Type": "Pass", "Parameters": {"e.$": "$.e.Error"}, "End": true}`, long + "x", `{"e": "States.DataLimitExceeded"}`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(tc.state), `{"v": "`+strings.Repeat("x", 200000)+`"}`, functions{"f": answers(`"` + tc.answer + `"`)})
			check(t, got, tc.want)
		})
	}
}
