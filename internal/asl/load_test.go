package asl_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/asl"
)

const function = "arn:aws:lambda:eu-west-1:123456789012:function:f"

func problems(t *testing.T, definition string, substitutions map[string]string) []asl.Problem {
	t.Helper()
	def, err := asl.Load([]byte(definition), substitutions)
	var load *asl.LoadError
	if !errors.As(err, &load) {
		t.Fatalf("Load gave %v, want a *LoadError", err)
	}
	if def != nil {
		t.Error("Load gave a definition together with an error")
	}
	return load.Problems
}

// TestLoadProblems gives each bad definition with the place of its problem and
// the words that the message must have: the value, and what to do.
func TestLoadProblems(t *testing.T) {
	task := func(fields string) string {
		return withEnds(`{"Type": "Task", "Resource": "` + function + `", ` + fields + ` "Next": "Yes", "Catch": [{"ErrorEquals": ["App.E"], "Next": "No"}]}`)
	}
	choice := func(rule string) string {
		return withEnds(`{"Type": "Choice", "Choices": [{` + rule + ` "Next": "Yes"}], "Default": "No"}`)
	}
	retry := func(fields string) string {
		return task(`"Retry": [{"ErrorEquals": ["App.E"], ` + fields + `}],`)
	}
	template := func(value string) string {
		return one(`{"Type": "Pass", "End": true, "Parameters": {"x.$": "` + value + `"}}`)
	}
	const s = `state "S"`
	tests := map[string]struct{ definition, place, words string }{
		"no JSON":                     {"{\n\"StartAt\": \n}", "definition", "not JSON|correct it"},
		"no object":                   {`[]`, "definition", `[]|give it an object with StartAt and States`},
		"no StartAt":                  {`{"States": {"S": {"Type": "Succeed"}}}`, "definition", "StartAt is missing|add it"},
		"no States":                   {`{"StartAt": "S"}`, "definition", "States is missing|add it"},
		"empty States":                {`{"StartAt": "S", "States": {}}`, "definition, States", `{}|one state at least`},
		"StartAt to nowhere":          {`{"StartAt": "X", "States": {"S": {"Type": "Succeed"}}}`, "definition", `StartAt is "X"|name one`},
		"a state that is no object":   {`{"StartAt": "S", "States": {"S": 1}}`, s, `it is 1|give it an object`},
		"the version":                 {`{"StartAt": "S", "Version": "2.0", "States": {"S": {"Type": "Succeed"}}}`, "definition", `"Version" is not supported|take it away`},
		"JSONata":                     {`{"StartAt": "S", "QueryLanguage": "JSONata", "States": {"S": {"Type": "Succeed"}}}`, "definition", `"QueryLanguage" is not supported|take it away`},
		"JSONata in a state":          {one(`{"Type": "Succeed", "QueryLanguage": "JSONata"}`), s, `"QueryLanguage" is not supported|take it away`},
		"a zero overall time-out":     {`{"StartAt": "S", "TimeoutSeconds": 0, "States": {"S": {"Type": "Succeed"}}}`, "definition, TimeoutSeconds", `it is 0|from 1 to`},
		"an unknown top-level field":  {`{"StartAt": "S", "Timeout": 1, "States": {"S": {"Type": "Succeed"}}}`, "definition", `"Timeout"|take it away|TimeoutSeconds`},
		"a missing substitution":      {`{"StartAt": "S", "Comment": "${Nope}", "States": {"S": {"Type": "Succeed"}}}`, "definition", `${Nope}|substitutions`},
		"a name of 81 characters":     {`{"StartAt": "` + strings.Repeat("x", 81) + `", "States": {"` + strings.Repeat("x", 81) + `": {"Type": "Succeed"}}}`, `state "` + strings.Repeat("x", 81) + `"`, "81 characters|1 to 80"},
		"no Type":                     {one(`{"End": true}`), s, "Type is missing|add it"},
		"an unknown Type":             {one(`{"Type": "Sleep"}`), s + ", Type", `it is "Sleep"|give it Task`},
		"Map":                         {one(`{"Type": "Map", "ItemProcessor": {}}`), s + ", Type", `it is "Map"|not supported`},
		"a dangling Next":             {one(`{"Type": "Pass", "Next": "X"}`), s, `Next is "X"|add it`},
		"a dangling Default":          {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "S"}], "Default": "X"}`), s, `Default is "X"|add it`},
		"a dangling Next of a Choice": {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "X"}], "Default": "S"}`), s, `Choices[0].Next is "X"|add it`},
		"a dangling Next of a Catch":  {one(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["App.E"], "Next": "X"}]}`), s, `Catch[0].Next is "X"|add it`},
		"a Next into a branch":        {one(`{"Type": "Parallel", "Next": "A", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}`), s, `Next is "A"|same level`},
		"a Next out of a branch":      {withEnds(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}, {"Variable": "$.a", "IsNull": true, "Next": "P"}], "Default": "No"}, "P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Yes"}}}]}`), `state "A"`, `Next is "Yes"|same level`},
		"an unreachable state":        {one(`{"Type": "Succeed"}, "T": {"Type": "Succeed"}`), `state "T"`, `nothing leads to it|"S"|point a Next`},
		"an unreachable branch state": {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}]}`), `state "B"`, `nothing leads to it|"A"`},
		"the same name in a branch":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}]}`), s, "another state has this name|rename"},
		"neither Next nor End":        {one(`{"Type": "Pass"}`), s, `{"Type":"Pass"}|either a Next`},
		"both Next and End":           {withEnds(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}, {"Variable": "$.a", "IsNull": true, "Next": "T"}], "Default": "No"}, "T": {"Type": "Pass", "Next": "Yes", "End": true}`), `state "T"`, `"Next":"Yes"|either a Next`},
		"End that is no boolean":      {one(`{"Type": "Pass", "End": "yes"}`), s + ", End", `it is "yes"|give it true`},
		"Next that is no string":      {one(`{"Type": "Pass", "Next": 1}`), s + ", Next", `it is 1|give it a string`},
		"an empty Comment":            {one(`{"Type": "Succeed", "Comment": ""}`), s + ", Comment", `it is ""|not empty`},
		"End of a Succeed":            {one(`{"Type": "Succeed", "End": true}`), s, `"End" is not supported|take it away`},
		"Assign":                      {one(`{"Type": "Pass", "End": true, "Assign": {}}`), s, `"Assign" is not supported|ResultPath`},
		"Output":                      {one(`{"Type": "Pass", "End": true, "Output": {}}`), s, `"Output" is not supported|OutputPath`},
		"Arguments":                   {task(`"Arguments": {},`), s, `"Arguments" is not supported|Parameters`},
		"Credentials":                 {task(`"Credentials": {},`), s, `"Credentials" is not supported|take it away`},
		"a misspelt field":            {task(`"TimeOutSeconds": 1,`), s, `"TimeOutSeconds" is not supported|TimeoutSeconds`},
		"Retry of a Pass":             {one(`{"Type": "Pass", "End": true, "Retry": []}`), s, `"Retry" is not supported|take it away`},
		"Parameters of a Wait":        {one(`{"Type": "Wait", "Seconds": 1, "End": true, "Parameters": {}}`), s, `"Parameters" is not supported|take it away`},
		"InputPath of a Fail":         {one(`{"Type": "Fail", "InputPath": "$.a"}`), s, `"InputPath" is not supported|take it away`},

		"a path without $":               {one(`{"Type": "Succeed", "InputPath": "a.b"}`), s + ", InputPath", `it is "a.b"|begins with $`},
		"a path with a dash":             {one(`{"Type": "Succeed", "InputPath": "$.a-b"}`), s + ", InputPath", `it is "$.a-b"|['name']`},
		"a path that is not closed":      {one(`{"Type": "Succeed", "InputPath": "$.a["}`), s + ", InputPath", `it is "$.a["|not terminated`},
		"a path that is a number":        {one(`{"Type": "Succeed", "InputPath": 1}`), s + ", InputPath", `it is 1|give it a path`},
		"a filter":                       {one(`{"Type": "Succeed", "InputPath": "$.a[?(@.b == 1)]"}`), s + ", InputPath", `[?(@.b == 1)]|only names`},
		"recursive descent":              {one(`{"Type": "Succeed", "OutputPath": "$..a"}`), s + ", OutputPath", `it is "$..a"|only names`},
		"an unknown context field":       {one(`{"Type": "Succeed", "InputPath": "$$.Map.Item.Index"}`), s + ", InputPath", `$$.Map.Item.Index|Context Object has Execution`},
		"a context field's typing error": {template("$$.Execution.ID"), s + ", Parameters.x.$", `$$.Execution.ID|Execution.Id, Execution.Name`},
		"ResultPath to several":          {task(`"ResultPath": "$.a[*]",`), s + ", ResultPath", `it is "$.a[*]"|only names`},
		"ResultPath to the context":      {task(`"ResultPath": "$$.State.Name",`), s + ", ResultPath", `it is "$$.State.Name"|names within the input`},
		"ResultPath with a negative":     {task(`"ResultPath": "$.a[-1]",`), s + ", ResultPath", `it is "$.a[-1]"|indexes from 0`},
		"Parameters that are a list":     {task(`"Parameters": [],`), s + ", Parameters", `it is []|give it an object`},
		"a number for a path":            {one(`{"Type": "Pass", "End": true, "Parameters": {"a": [{"x.$": 1}]}}`), s + ", Parameters.a[0].x.$", `it is 1|give it a path`},
		"plain text for a path":          {template("text"), s + ", Parameters.x.$", `it is "text"|take the .$ off`},
		"an unsupported intrinsic":       {template("States.UUID()"), s + ", Parameters.x.$", `States.UUID is not supported|States.Array and`},
		"an unsupported nested one":      {template("States.Array(States.Hash($.a, 'MD5'))"), s + ", Parameters.x.$", `States.Hash($.a, 'MD5')|write a path`},
		"an intrinsic not closed":        {template("States.Array($.a"), s + ", Parameters.x.$", `States.Array($.a|write one call`},
		"text after an intrinsic":        {template("States.Array() x"), s + ", Parameters.x.$", `States.Array() x|write one call`},
		"an argument in double quotes":   {template(`States.Array(\"a\")`), s + ", Parameters.x.$", `'a string'`},
		"a bad escape":                   {template(`States.Array('a\\n')`), s + ", Parameters.x.$", `write a path, 'a string' without`},
		"a brace by itself":              {template(`States.Format('{a}', 1)`), s + ", Parameters.x.$", `without { and }`},
		"a bad path as an argument":      {template("States.Array($.a-b)"), s + ", Parameters.x.$", `['name']`},
		"too few values of a format":     {template("States.Format('{} {}', $.a)"), s + ", Parameters.x.$", `2 {}|a value for each`},

		"an invocation without a token":  {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true}`), s + ", Resource", `lambda:invoke"|waitForTaskToken`},
		"an empty function name":         {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName": ""}, "End": true}`), s + ", Parameters.FunctionName", `it is ""|name or ARN`},
		"a Timestamp of a Wait":          {one(`{"Type": "Wait", "Timestamp": "2026-01-31T12:00:00Z", "End": true}`), s, `"Timestamp" is not supported|Seconds`},
		"a comma at the end":             {template("States.Array($.a,)"), s + ", Parameters.x.$", `States.Array($.a,)|write one call`},
		"nothing between commas":         {template("States.Array($.a,,$.b)"), s + ", Parameters.x.$", `at ",$.b"|write a path`},
		"a format by a path":             {template("States.Format($.a, 1)"), s + ", Parameters.x.$", `0 {}|'a template'`},
		"a slice":                        {template("$.a[0:2]"), s + ", Parameters.x.$", `"$.a[0:2]"|only names`},
		"an index in a ResultPath":       {task(`"ResultPath": "$.a[0]",`), s + ", ResultPath", `it is "$.a[0]"|names within the input`},
		"a field in lower case":          {task(`"timeoutSeconds": 1,`), s, `"timeoutSeconds" is not supported|TimeoutSeconds`},
		"no Resource":                    {one(`{"Type": "Task", "End": true}`), s, "Resource is missing|add it"},
		"an activity":                    {one(`{"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:a", "End": true}`), s + ", Resource", `activity:a|lambda:invoke`},
		"another service":                {one(`{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true}`), s + ", Resource", `sqs:sendMessage|lambda:invoke`},
		"an integration by itself":       {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true}`), s, `Parameters is missing|add it`},
		"a function name by path":        {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName.$": "$.f"}, "End": true}`), s + ", Parameters", `FunctionName is missing|add it`},
		"an invocation type":             {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName": "f", "InvocationType": "Event"}, "End": true}`), s + ", Parameters", `"InvocationType" is not supported|FunctionName, Payload`},
		"a negative TimeoutSeconds":      {task(`"TimeoutSeconds": -1,`), s + ", TimeoutSeconds", `it is -1|from 1 to 99999999`},
		"a fraction of TimeoutSeconds":   {task(`"TimeoutSeconds": 1.5,`), s + ", TimeoutSeconds", `it is 1.5|whole number`},
		"TimeoutSeconds as text":         {task(`"TimeoutSeconds": "1",`), s + ", TimeoutSeconds", `it is "1"|whole number`},
		"two time-outs":                  {task(`"TimeoutSeconds": 9, "TimeoutSecondsPath": "$.t",`), s + ", TimeoutSeconds", `it is 9|without TimeoutSecondsPath only`},
		"an input beside a time-out":     {task(`"InputPath": "$.i", "TimeoutSecondsPath": "$.t",`), s + ", InputPath", `it is "$.i"|the state's input`},
		"a time-out by several":          {task(`"TimeoutSecondsPath": "$.t[*]",`), s + ", TimeoutSecondsPath", `it is "$.t[*]"|one value`},
		"a heartbeat as long as the end": {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 9, "HeartbeatSeconds": 9, "Parameters": {"FunctionName": "f", "Payload.$": "$$.Task.Token"}, "End": true}`), s, "HeartbeatSeconds is 9|TimeoutSeconds 9|lower it"},
		"a heartbeat that nobody sends":  {task(`"HeartbeatSeconds": 9,`), s + ", HeartbeatSeconds", `it is 9|use TimeoutSeconds`},

		"Retry that is no list":       {task(`"Retry": {},`), s + ", Retry", `it is {}|give it an array`},
		"Retry that is empty":         {task(`"Retry": [],`), s + ", Retry", `it is []|one at least`},
		"a retrier that is no object": {task(`"Retry": [1],`), s + ", Retry[0]", `it is 1|give it an object`},
		"no ErrorEquals":              {task(`"Retry": [{}],`), s + ", Retry[0]", "ErrorEquals is missing|add it"},
		"an empty ErrorEquals":        {task(`"Retry": [{"ErrorEquals": []}],`), s + ", Retry[0].ErrorEquals", `it is []|one at least`},
		"an empty Error Name":         {task(`"Retry": [{"ErrorEquals": [""]}],`), s + ", Retry[0].ErrorEquals[0]", `it is ""|name of a task's error`},
		"an Error Name as a number":   {task(`"Retry": [{"ErrorEquals": [1]}],`), s + ", Retry[0].ErrorEquals[0]", `it is 1|name of a task's error`},
		"an unknown predefined name":  {task(`"Retry": [{"ErrorEquals": ["States.TimeOut"]}],`), s + ", Retry[0].ErrorEquals[0]", `"States.TimeOut"|States.Timeout`},
		"States.Runtime":              {task(`"Retry": [{"ErrorEquals": ["States.Runtime"]}],`), s + ", Retry[0].ErrorEquals[0]", `"States.Runtime"|such as States.Timeout`},
		"States.ALL with others":      {task(`"Retry": [{"ErrorEquals": ["States.ALL", "App.E"]}],`), s + ", Retry[0]", "States.ALL must stand alone|move it"},
		"States.ALL before others":    {task(`"Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["App.E"]}],`), s + ", Retry[0]", "last entry|move it"},
		"States.ALL early in a Catch": {withEnds(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Yes"}, {"ErrorEquals": ["App.E"], "Next": "No"}]}`), s + ", Catch[0]", "last entry|move it"},
		"a zero IntervalSeconds":      {retry(`"IntervalSeconds": 0`), s + ", Retry[0].IntervalSeconds", `it is 0|from 1`},
		"a negative MaxAttempts":      {retry(`"MaxAttempts": -1`), s + ", Retry[0].MaxAttempts", `it is -1|from 0`},
		"a BackoffRate below 1":       {retry(`"BackoffRate": 0.5`), s + ", Retry[0].BackoffRate", `it is 0.5|from 1.0`},
		"a BackoffRate as text":       {retry(`"BackoffRate": "2"`), s + ", Retry[0].BackoffRate", `it is "2"|from 1.0`},
		"a zero MaxDelaySeconds":      {retry(`"MaxDelaySeconds": 0`), s + ", Retry[0].MaxDelaySeconds", `it is 0|from 1`},
		"a MaxDelaySeconds below":     {retry(`"IntervalSeconds": 9, "MaxDelaySeconds": 8`), s + ", Retry[0]", "MaxDelaySeconds is 8|9|raise it"},
		"an unknown JitterStrategy":   {retry(`"JitterStrategy": "HALF"`), s + ", Retry[0].JitterStrategy", `it is "HALF"|FULL or NONE`},
		"an unknown field of a Retry": {retry(`"Next": "Yes"`), s + ", Retry[0]", `"Next" is not supported|MaxAttempts`},
		"no Next of a Catch":          {one(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["App.E"]}]}`), s + ", Catch[0]", "Next is missing|add it"},
		"Assign in a Catch":           {withEnds(`{"Type": "Task", "Resource": "` + function + `", "Next": "No", "Catch": [{"ErrorEquals": ["App.E"], "Next": "Yes", "Assign": {}}]}`), s + ", Catch[0]", `"Assign" is not supported|ResultPath`},
		"a bad ResultPath of a Catch": {withEnds(`{"Type": "Task", "Resource": "` + function + `", "Next": "No", "Catch": [{"ErrorEquals": ["App.E"], "Next": "Yes", "ResultPath": "e"}]}`), s + ", Catch[0].ResultPath", `it is "e"|begins with $`},

		"no Choices":                 {one(`{"Type": "Choice"}`), s, "Choices is missing|add it"},
		"empty Choices":              {one(`{"Type": "Choice", "Choices": []}`), s + ", Choices", `it is []|one at least`},
		"Next of a Choice":           {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "S"}], "Next": "S"}`), s, `"Next" is not supported|Choices`},
		"a rule without Next":        {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true}], "Default": "S"}`), s + ", Choices[0]", "Next is missing|add it"},
		"a rule without comparison":  {choice(`"Variable": "$.a",`), s + ", Choices[0]", `{"Next":"Yes","Variable":"$.a"}|exactly one comparison`},
		"two comparisons":            {choice(`"Variable": "$.a", "IsNull": true, "IsPresent": true,`), s + ", Choices[0]", `"IsPresent":true|exactly one comparison`},
		"an unknown comparison":      {choice(`"Variable": "$.a", "StringContains": "x",`), s + ", Choices[0]", `"StringContains" is not supported|StringEquals`},
		"a comparison of booleans":   {choice(`"Variable": "$.a", "BooleanLessThan": true,`), s + ", Choices[0]", `"BooleanLessThan" is not supported`},
		"a Condition":                {choice(`"Condition": "{% true %}",`), s + ", Choices[0]", `"Condition" is not supported|Variable`},
		"no Variable":                {choice(`"IsNull": true,`), s + ", Choices[0]", `{"IsNull":true,"Next":"Yes"}|with its Variable`},
		"a Variable of several":      {choice(`"Variable": "$.a[*]", "IsNull": true,`), s + ", Choices[0].Variable", `it is "$.a[*]"|one value`},
		"a bad operand":              {choice(`"Variable": "$.a", "NumericEquals": "5",`), s + ", Choices[0].NumericEquals", `it is "5"|give it a number`},
		"a bad test":                 {choice(`"Variable": "$.a", "IsNull": "true",`), s + ", Choices[0].IsNull", `it is "true"|true or false`},
		"a comparison with a path":   {choice(`"Variable": "$.a", "NumericEqualsPath": "b",`), s + ", Choices[0]", `"NumericEqualsPath" is not supported|NumericEquals`},
		"an empty And":               {choice(`"And": [],`), s + ", Choices[0].And", `it is []|one at least`},
		"a Next within And":          {choice(`"And": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}],`), s + ", Choices[0].And[0].Next", `it is "Yes"|a rule of Choices only`},
		"Not of a list":              {choice(`"Not": [],`), s + ", Choices[0].Not", `it is []|exactly one comparison`},
		"a Variable beside Not":      {choice(`"Variable": "$.a", "Not": {"Variable": "$.a", "IsNull": true},`), s + ", Choices[0]", `"Variable":"$.a"|without`},
		"no time of a Wait":          {one(`{"Type": "Wait", "End": true}`), s, `either Seconds or SecondsPath`},
		"two times of a Wait":        {one(`{"Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": true}`), s, `either Seconds or SecondsPath`},
		"negative Seconds":           {one(`{"Type": "Wait", "Seconds": -1, "End": true}`), s + ", Seconds", `it is -1|from 0`},
		"Seconds as text":            {one(`{"Type": "Wait", "Seconds": "1", "End": true}`), s + ", Seconds", `it is "1"|whole number`},
		"both Error and ErrorPath":   {one(`{"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}`), s, `"ErrorPath":"$.e"|one of Error and ErrorPath`},
		"a bad CausePath":            {one(`{"Type": "Fail", "CausePath": "cause"}`), s + ", CausePath", `it is "cause"|begins with $`},
		"no Branches":                {one(`{"Type": "Parallel", "End": true}`), s, "Branches is missing|add it"},
		"empty Branches":             {one(`{"Type": "Parallel", "End": true, "Branches": []}`), s + ", Branches", `it is []|one at least`},
		"a branch without StartAt":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"States": {"A": {"Type": "Succeed"}}}]}`), s + ", Branches[0]", "StartAt is missing|add it"},
		"a branch with a time-out":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "TimeoutSeconds": 1, "States": {"A": {"Type": "Succeed"}}}]}`), s + ", Branches[0].TimeoutSeconds", `it is 1|the whole machine only`},
		"TimeoutSeconds of Parallel": {one(`{"Type": "Parallel", "End": true, "TimeoutSeconds": 1, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}`), s, `"TimeoutSeconds" is not supported|take it away`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := problems(t, tc.definition, nil)
			i := slices.IndexFunc(got, func(p asl.Problem) bool {
				return p.Place == tc.place && !slices.ContainsFunc(strings.Split(tc.words, "|"), func(w string) bool { return !strings.Contains(p.Message, w) })
			})
			if i < 0 {
				t.Errorf("no problem at %s has all of %q; there are:\n%v", tc.place, tc.words, &asl.LoadError{Problems: got})
			}
		})
	}
}

func TestLoadReportsAllProblemsAtOnce(t *testing.T) {
	got := problems(t, `{"StartAt": "A", "Extra": 1, "States": {
		"A": {"Type": "Task", "Resource": "${Missing}", "TimeoutSeconds": -1, "Assign": {}, "Next": "Nowhere"},
		"B": {"Type": "Map"}}}`, nil)
	want := []asl.Problem{
		{Place: "definition", Message: `field "Extra" is not supported: take it away; known here are Comment, StartAt, States, TimeoutSeconds`},
		{Place: "definition", Message: `there is no value for ${Missing}: add "Missing" to the substitutions`},
		{Place: `state "A"`, Message: `field "Assign" is not supported: take it away; known here are Catch, Comment, End, HeartbeatSeconds, InputPath, Next, OutputPath, Parameters, Resource, ResultPath, ResultSelector, Retry, TimeoutSeconds, TimeoutSecondsPath, Type`},
		{Place: `state "A", Resource`, Message: `it is "${Missing}": give it a Lambda function's ARN or arn:aws:states:::lambda:invoke.waitForTaskToken`},
		{Place: `state "A", TimeoutSeconds`, Message: `it is -1: give it a whole number from 1 to 99999999`},
		{Place: `state "B", Type`, Message: `it is "Map": give it Task, Parallel, Pass, Wait, Choice, Succeed or Fail; others are not supported`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	text := (&asl.LoadError{Problems: got}).Error()
	if lines := strings.Split(text, "\n"); len(lines) != len(want) || lines[4] != `state "A", TimeoutSeconds: it is -1: give it a whole number from 1 to 99999999` {
		t.Errorf("Error() is\n%s", text)
	}
}

func TestLoadReportsAllProblemsOfTransitionsAtOnce(t *testing.T) {
	got := problems(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Next": "Nowhere"},
		"B": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "X", "States": {"A": {"Type": "Succeed"}}}]}}}`, nil)
	want := []asl.Problem{
		{Place: `state "A"`, Message: `Next is "Nowhere", which is not a state here: name one of the same level, or add it`},
		{Place: `state "A"`, Message: `another state has this name: rename one, names are unique across all branches`},
		{Place: `state "B"`, Message: `nothing leads to it from StartAt "A": point a Next at it, or take it away`},
		{Place: `state "B", Branches[0]`, Message: `StartAt is "X", which is not a state here: name one of them`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestSubstitutions(t *testing.T) {
	def, err := asl.Load([]byte(`{"StartAt": "S", "TimeoutSeconds": ${Limit}, "States": {"S": {"Type": "Task", "Resource": "${Function}:3", "End": true}}}`),
		map[string]string{"Limit": "60", "Function": function})
	if err != nil {
		t.Fatal(err)
	}
	if got := def.States()[0].Function; got != function+":3" {
		t.Errorf("function %q", got)
	}
}

func TestStatesDescribesEveryState(t *testing.T) {
	def := load(t, `{"StartAt": "Plan", "States": {
		"Plan": {"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 60, "Next": "Both",
			"Retry": [{"ErrorEquals": ["App.A", "App.B"], "MaxAttempts": 5}], "Catch": [{"ErrorEquals": ["App.C"], "Next": "Undo"}, {"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
		"Both": {"Type": "Parallel", "Next": "Which", "Branches": [
			{"StartAt": "Left", "States": {"Left": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "Deep", "States": {"Deep": {"Type": "Succeed"}}}]}}},
			{"StartAt": "Right", "States": {"Right": {"Type": "Task", "Resource": "${Invoke}.waitForTaskToken", "HeartbeatSeconds": 30,
				"Parameters": {"FunctionName": "g", "Payload": {"t.$": "$$.Task.Token"}}, "End": true}}}]},
		"Which": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Done"}, {"Variable": "$.b", "IsPresent": true, "Next": "Done"}], "Default": "Undo"},
		"Undo": {"Type": "Fail"}, "Done": {"Type": "Succeed"}}}`)
	want := []asl.StateInfo{
		{Name: "Both", Type: "Parallel", Next: []string{"Which"}},
		{Name: "Left", Type: "Parallel", Parent: "Both", End: true},
		{Name: "Deep", Type: "Succeed", Parent: "Left", End: true},
		{Name: "Right", Type: "Task", Parent: "Both", Branch: 1, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", Function: "g", HeartbeatSeconds: 30, End: true},
		{Name: "Done", Type: "Succeed", End: true},
		{
			Name: "Plan", Type: "Task", Resource: function, Function: function, TimeoutSeconds: 60, Next: []string{"Both", "Undo"},
			Retry: []asl.RetryInfo{{ErrorEquals: []string{"App.A", "App.B"}, MaxAttempts: 5}},
			Catch: []asl.CatchInfo{{ErrorEquals: []string{"App.C"}, Next: "Undo"}, {ErrorEquals: []string{"States.ALL"}, Next: "Undo"}},
		},
		{Name: "Undo", Type: "Fail", End: true},
		{Name: "Which", Type: "Choice", Next: []string{"Done", "Undo"}},
	}
	if diff := cmp.Diff(want, def.States()); diff != "" {
		t.Errorf("States (-want +got):\n%s", diff)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(one(`{"Type": "Task", "Resource": "` + function + `", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": true}`)))
	f.Add([]byte(one(`{"Type": "Choice", "Choices": [{"Not": {"Variable": "$.a['b'][0]", "StringEquals": "a"}, "Next": "S"}]}`)))
	f.Add([]byte(one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}}]}`)))
	f.Add([]byte(one(`{"Type": "Pass", "End": true, "Parameters": {"a.$": "States.Format('\\{{}', States.Array($.b[1:2], 1e3))"}}`)))
	f.Add([]byte(one(`{"Type": "Fail", "CausePath": "States.JsonMerge($$.State, $.a, false)"}`)))
	f.Add([]byte(`{"StartAt": "${A}", "States": {"S": null, "S": []}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		def, err := asl.Load(text, map[string]string{"A": "S"})
		var load *asl.LoadError
		switch {
		case err == nil:
			names := map[string]bool{}
			for _, s := range def.States() {
				names[s.Name] = true
			}
			for _, s := range def.States() {
				if len(s.Next) == 0 && !s.End {
					t.Errorf("state %q leads nowhere", s.Name)
				}
				for _, next := range s.Next {
					if !names[next] {
						t.Errorf("state %q leads to %q, which does not exist", s.Name, next)
					}
				}
			}
		case !errors.As(err, &load) || len(load.Problems) == 0 || def != nil:
			t.Errorf("Load gave %v, %v", def, err)
		default:
			for _, p := range load.Problems {
				if p.Place == "" || p.Message == "" {
					t.Errorf("an empty problem: %v", fmt.Sprint(p))
				}
			}
		}
	})
}
