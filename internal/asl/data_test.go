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
		"no paths":                       {`{"first": 88, "s": "$.flagged"}`, `{"first": 88, "s": "$.flagged"}`},
		"paths at any depth":             {`{"parts": {"first.$": "$.vals[0]", "more": [{"x.$": "$.name"}, "$.name"]}}`, `{"parts": {"first": 0, "more": [{"x": "Foo"}, "$.name"]}}`},
		"slice":                          {`{"last3.$": "$.vals[-3:]"}`, `{"last3": [30, 40, 50]}`},
		"union":                          {`{"two.$": "$.vals[0,2]"}`, `{"two": [0, 20]}`},
		"wildcard over an array":         {`{"ids.$": "$.rows[*].id"}`, `{"ids": [1, 2]}`},
		"wildcard over an object":        {`{"all.$": "$.o.*"}`, `{"all": [{"c": 2}, 1]}`},
		"wildcard that finds nothing":    {`{"ids.$": "$.vals[*].id"}`, `{"ids": []}`},
		"negative index":                 {`{"last.$": "$.vals[-1]"}`, `{"last": 50}`},
		"bracket notation":               {`{"x.$": "$['dash-ed']"}`, `{"x": 1}`},
		"null is a value":                {`{"x.$": "$.none"}`, `{"x": null}`},
		"large whole numbers stay":       {`{"x.$": "States.JsonToString($.big)"}`, `{"x": "12345678901234567"}`},
		"a path to nowhere":              {`{"x.$": "$.nope"}`, "States.ParameterPathFailure"},
		"a path through a scalar":        {`{"x.$": "$.name.x"}`, "States.ParameterPathFailure"},
		"an index out of range":          {`{"x.$": "$.vals[9]"}`, "States.ParameterPathFailure"},
		"the whole input":                {`{"x.$": "$"}`, `{"x": ` + input + `}`},
		"format":                         {`{"x.$": "States.Format('{} is {}, {} and {}', $.name, 2020, true, $.none)"}`, `{"x": "Foo is 2020, true and null"}`},
		"format with escapes":            {`{"x.$": "States.Format('\\{\\} \\'{}\\' \\\\', $.name)"}`, `{"x": "{} 'Foo' \\"}`},
		"format keeps a second string":   {`{"x.$": "States.Format('{}{}', 'a\\'b', '{}')"}`, `{"x": "a'b{}"}`},
		"format of a large number":       {`{"x.$": "States.Format('{}', $.big)"}`, `{"x": "12345678901234567"}`},
		"format of an object":            {`{"x.$": "States.Format('{}', $.o)"}`, "States.IntrinsicFailure"},
		"format by a path, miscounted":   {`{"x.$": "States.Format($.name, 1)"}`, "States.IntrinsicFailure"},
		"format with a path to nowhere":  {`{"x.$": "States.Format('{}', $.nope)"}`, "States.ParameterPathFailure"},
		"string to JSON":                 {`{"x.$": "States.StringToJson($.json)"}`, `{"x": {"number": 20}}`},
		"string to JSON of other text":   {`{"x.$": "States.StringToJson($.name)"}`, "States.IntrinsicFailure"},
		"string to JSON of a number":     {`{"x.$": "States.StringToJson($.flagged)"}`, "States.IntrinsicFailure"},
		"JSON to string":                 {`{"x.$": "States.JsonToString($.o)"}`, `{"x": "{\"a\":{\"c\":2},\"b\":1}"}`},
		"array":                          {`{"x.$": "States.Array('Foo', 2020, $.o, null, false)"}`, `{"x": ["Foo", 2020, {"b": 1, "a": {"c": 2}}, null, false]}`},
		"empty array":                    {`{"x.$": "States.Array()"}`, `{"x": []}`},
		"shallow merge":                  {`{"x.$": "States.JsonMerge($.o, States.StringToJson('\\{\"a\": \\{\"d\": 3\\}\\}'), false)"}`, `{"x": {"b": 1, "a": {"d": 3}}}`},
		"merge with an array":            {`{"x.$": "States.JsonMerge($.o, $.vals, false)"}`, "States.IntrinsicFailure"},
		"add":                            {`{"x.$": "States.MathAdd($.flagged, -10)"}`, `{"x": -3}`},
		"add rounds":                     {`{"x.$": "States.MathAdd(1.5, 1)"}`, `{"x": 3}`},
		"add a string":                   {`{"x.$": "States.MathAdd($.name, 1)"}`, "States.IntrinsicFailure"},
		"item":                           {`{"x.$": "States.ArrayGetItem($.vals, 2)"}`, `{"x": 20}`},
		"item out of range":              {`{"x.$": "States.ArrayGetItem($.vals, 6)"}`, "States.IntrinsicFailure"},
		"negative item":                  {`{"x.$": "States.ArrayGetItem($.vals, -1)"}`, "States.IntrinsicFailure"},
		"length":                         {`{"x.$": "States.ArrayLength($.vals)"}`, `{"x": 6}`},
		"length of a string":             {`{"x.$": "States.ArrayLength($.name)"}`, "States.IntrinsicFailure"},
		"nested calls, spaces, brackets": {`{"x.$": "States.MathAdd( States.ArrayLength($['vals']) , States.ArrayGetItem(States.Array(1, 2), 1) )"}`, `{"x": 8}`},
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
		"ResultSelector to nowhere":      {`"ResultSelector": {"sum.$": "$.nope"},`, "States.ParameterPathFailure"},
		"ResultPath null":                {`"ResultPath": null,`, `%s`},
		"ResultPath to a new field":      {`"InputPath": "$.text", "ResultPath": "$.new", "OutputPath": "$.new",`, `{"got": "x"}`},
		"ResultPath makes objects":       {`"InputPath": "$.text", "ResultPath": "$.m.n.o", "OutputPath": "$.m",`, `{"n": {"o": {"got": "x"}}}`},
		"ResultPath overwrites":          {`"InputPath": "$.text", "ResultPath": "$.numbers.a", "OutputPath": "$.numbers",`, `{"a": {"got": "x"}, "b": 4}`},
		"ResultPath into an array":       {`"InputPath": "$.text", "ResultPath": "$.list[1]", "OutputPath": "$.list",`, `[1, {"got": "x"}]`},
		"ResultPath beyond an array":     {`"ResultPath": "$.list[2]",`, "States.ResultPathMatchFailure"},
		"ResultPath through a scalar":    {`"ResultPath": "$.text.x",`, "States.ResultPathMatchFailure"},
		"ResultPath by name in an array": {`"ResultPath": "$.list.x",`, "States.ResultPathMatchFailure"},
		"ResultPath index in an object":  {`"ResultPath": "$.numbers[0]",`, "States.ResultPathMatchFailure"},
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
			"id.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "in.$": "$$.Execution.Input.a[0]", "at.$": "$$.Execution.StartTime",
			"role.$": "$$.Execution.RoleArn", "state.$": "$$.State", "machine.$": "$$.StateMachine"}}`), `{"a": [5]}`, nil)
		check(t, wait(t, e), `{
			"id": "arn:aws:states:eu-west-1:123456789012:execution:release:one", "name": "one", "in": 5, "at": "2000-01-01T00:00:00.000Z",
			"role": "arn:aws:iam::123456789012:role/release",
			"state": {"Name": "S", "EnteredTime": "2000-01-01T00:00:00.000Z", "RetryCount": 0},
			"machine": {"Id": "`+machineARN+`", "Name": "release"}}`)
	})
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
		"nothing said":            {``, "", ""},
		"fixed":                   {`, "Error": "App.E", "Cause": "c"`, "App.E", "c"},
		"by paths":                {`, "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"`, "App.Broken", "why"},
		"by an intrinsic":         {`, "Error": "App.E", "CausePath": "States.Format('{} in {}', $.error.n, $$.Execution.Name)"`, "App.E", "1 in one"},
		"object by an intrinsic":  {`, "Error": "App.E", "CausePath": "States.JsonToString($.error.n)"`, "App.E", "1"},
		"a path to nowhere":       {`, "ErrorPath": "$.nope"`, "States.Runtime", ""},
		"a path to a number":      {`, "CausePath": "$.error.n"`, "States.Runtime", ""},
		"an intrinsic that fails": {`, "CausePath": "States.ArrayLength($.error)"`, "States.Runtime", ""},
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
		"States.ALL does not catch it":     {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "E"}], "End": true}, "E": {"Type": "Succeed"}`, long + "x", "States.DataLimitExceeded"},
		"its name catches it":              {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": null, "Next": "E"}], "End": true}, "E": {"Type": "Pass", "Result": 1, "End": true}`, long + "x", `1`},
		"an integration's answer of it":    {`{"Type": "Task", "Resource": "${Invoke}", "Parameters": {"FunctionName": "f"}, "OutputPath": null, "End": true}`, long, "States.DataLimitExceeded"},
		"an error output of a small input": {`{"Type": "Task", "Resource": "${F}", "Catch": [{"ErrorEquals": ["States.DataLimitExceeded"], "ResultPath": "$.e", "Next": "E"}], "End": true}, "E": {"Type": "Pass", "Parameters": {"e.$": "$.e.Error"}, "End": true}`, long + "x", `{"e": "States.DataLimitExceeded"}`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, _, _ := runs(t, one(tc.state), `{"v": "`+strings.Repeat("x", 200000)+`"}`, functions{"f": answers(`"` + tc.answer + `"`)})
			check(t, got, tc.want)
		})
	}
}
