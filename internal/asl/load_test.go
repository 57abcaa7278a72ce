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
		"no JSON":                     {"{\n\"StartAt\": \n}", "definition", "not JSON|line 3"},
		"no object":                   {`[]`, "definition", "[]|give it a JSON object"},
		"too long":                    {`"` + strings.Repeat("x", 1<<20) + `"`, "definition", "1048578|at most 1048576"},
		"no StartAt":                  {`{"States": {"S": {"Type": "Succeed"}}}`, "definition", "StartAt is missing|add it"},
		"no States":                   {`{"StartAt": "S"}`, "definition", "States is missing|add it"},
		"empty States":                {`{"StartAt": "S", "States": {}}`, "definition", "States is {}|give it a state"},
		"StartAt to nowhere":          {`{"StartAt": "X", "States": {"S": {"Type": "Succeed"}}}`, "definition", `StartAt is "X"|name one`},
		"a state that is no object":   {`{"StartAt": "S", "States": {"S": 1}}`, s, "it is 1|give it a JSON object"},
		"the version":                 {`{"StartAt": "S", "Version": "2.0", "States": {"S": {"Type": "Succeed"}}}`, "definition", `Version is "2.0"|"1.0"`},
		"JSONata":                     {`{"StartAt": "S", "QueryLanguage": "JSONata", "States": {"S": {"Type": "Succeed"}}}`, "definition", `QueryLanguage is "JSONata"|rewrite`},
		"JSONata in a state":          {one(`{"Type": "Succeed", "QueryLanguage": "JSONata"}`), s, `QueryLanguage is "JSONata"|rewrite`},
		"a zero overall time-out":     {`{"StartAt": "S", "TimeoutSeconds": 0, "States": {"S": {"Type": "Succeed"}}}`, "definition", "TimeoutSeconds is 0|from 1 to"},
		"an unknown top-level field":  {`{"StartAt": "S", "Timeout": 1, "States": {"S": {"Type": "Succeed"}}}`, "definition", `"Timeout"|take it away|TimeoutSeconds`},
		"a missing substitution":      {`{"StartAt": "S", "Comment": "${Nope}", "States": {"S": {"Type": "Succeed"}}}`, "definition", `${Nope}|substitutions`},
		"a state twice":               {`{"StartAt": "S", "States": {"S": {"Type": "Succeed"}, "S": {"Type": "Succeed"}}}`, "definition", `"S" is twice|rename`},
		"a name of 81 characters":     {`{"StartAt": "` + strings.Repeat("x", 81) + `", "States": {"` + strings.Repeat("x", 81) + `": {"Type": "Succeed"}}}`, `state "` + strings.Repeat("x", 81) + `"`, "81 characters|1 to 80"},
		"no Type":                     {one(`{"End": true}`), s, "Type is missing|add it"},
		"an unknown Type":             {one(`{"Type": "Sleep"}`), s, `Type is "Sleep"|use Task`},
		"Map":                         {one(`{"Type": "Map", "ItemProcessor": {}}`), s, `Type is "Map"|not supported`},
		"a dangling Next":             {one(`{"Type": "Pass", "Next": "X"}`), s, `Next is "X"|add it`},
		"a dangling Default":          {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "S"}], "Default": "X"}`), s, `Default is "X"|add it`},
		"a dangling Next of a Choice": {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "X"}], "Default": "S"}`), s, `Choices[0].Next is "X"|add it`},
		"a dangling Next of a Catch":  {one(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["App.E"], "Next": "X"}]}`), s, `Catch[0].Next is "X"|add it`},
		"a Next into a branch":        {one(`{"Type": "Parallel", "Next": "A", "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}`), s, `Next is "A"|same level`},
		"a Next out of a branch":      {withEnds(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}, {"Variable": "$.a", "IsNull": true, "Next": "P"}], "Default": "No"}, "P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Yes"}}}]}`), `state "A"`, `Next is "Yes"|same level`},
		"an unreachable state":        {one(`{"Type": "Succeed"}, "T": {"Type": "Succeed"}`), `state "T"`, `nothing leads to it|"S"|point a Next`},
		"an unreachable branch state": {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}]}`), `state "B"`, `nothing leads to it|"A"`},
		"the same name in a branch":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}]}`), s, "another state has this name|rename"},
		"neither Next nor End":        {one(`{"Type": "Pass"}`), s, `Next is ""|either`},
		"both Next and End":           {withEnds(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}, {"Variable": "$.a", "IsNull": true, "Next": "T"}], "Default": "No"}, "T": {"Type": "Pass", "Next": "Yes", "End": true}`), `state "T"`, `Next is "Yes" and End is true|either`},
		"End that is no boolean":      {one(`{"Type": "Pass", "End": "yes"}`), s, `End is "yes"|give it true`},
		"Next that is no string":      {one(`{"Type": "Pass", "Next": 1}`), s, `Next is 1|give it a string`},
		"an empty Comment":            {one(`{"Type": "Succeed", "Comment": ""}`), s, "Comment is empty|give it a text"},
		"End of a Succeed":            {one(`{"Type": "Succeed", "End": true}`), s, `"End" is not supported|take it away`},
		"Assign":                      {one(`{"Type": "Pass", "End": true, "Assign": {}}`), s, `"Assign" is not supported|ResultPath`},
		"Output":                      {one(`{"Type": "Pass", "End": true, "Output": {}}`), s, `"Output" is not supported|OutputPath`},
		"Arguments":                   {task(`"Arguments": {},`), s, `"Arguments" is not supported|Parameters`},
		"Credentials":                 {task(`"Credentials": {},`), s, `"Credentials" is not supported|role`},
		"a misspelt field":            {task(`"TimeOutSeconds": 1,`), s, `"TimeOutSeconds" is not supported|TimeoutSeconds`},
		"Retry of a Pass":             {one(`{"Type": "Pass", "End": true, "Retry": []}`), s, `"Retry" is not supported|take it away`},
		"Parameters of a Wait":        {one(`{"Type": "Wait", "Seconds": 1, "End": true, "Parameters": {}}`), s, `"Parameters" is not supported|take it away`},
		"InputPath of a Fail":         {one(`{"Type": "Fail", "InputPath": "$.a"}`), s, `"InputPath" is not supported|take it away`},

		"a path without $":               {one(`{"Type": "Succeed", "InputPath": "a.b"}`), s, `InputPath is "a.b"|begins with $`},
		"a path with a dash":             {one(`{"Type": "Succeed", "InputPath": "$.a-b"}`), s, `InputPath is "$.a-b"|['name']`},
		"a path that is not closed":      {one(`{"Type": "Succeed", "InputPath": "$.a["}`), s, `InputPath is "$.a["`},
		"a path that is a number":        {one(`{"Type": "Succeed", "InputPath": 1}`), s, `InputPath is 1|give it a path`},
		"a filter":                       {one(`{"Type": "Succeed", "InputPath": "$.a[?(@.b == 1)]"}`), s, `InputPath is|not supported|use names`},
		"recursive descent":              {one(`{"Type": "Succeed", "OutputPath": "$..a"}`), s, `OutputPath is "$..a"|not supported`},
		"an unknown context field":       {one(`{"Type": "Succeed", "InputPath": "$$.Map.Item.Index"}`), s, `$$.Map.Item.Index|Context Object has Execution`},
		"a context field's typing error": {template("$$.Execution.ID"), s, "$$.Execution.ID|Id, Name"},
		"ResultPath to several":          {task(`"ResultPath": "$.a[*]",`), s, `ResultPath is "$.a[*]"|one value`},
		"ResultPath to the context":      {task(`"ResultPath": "$$.State",`), s, `ResultPath is "$$.State"|one value`},
		"ResultPath with a negative":     {task(`"ResultPath": "$.a[-1]",`), s, `ResultPath is "$.a[-1]"|one value`},
		"Parameters that are a list":     {task(`"Parameters": [],`), s, "Parameters is []|give it a JSON object"},
		"a number for a path":            {one(`{"Type": "Pass", "End": true, "Parameters": {"a": [{"x.$": 1}]}}`), s, "Parameters.a[0].x.$ is 1|give it a path"},
		"plain text for a path":          {template("text"), s, `Parameters.x.$ is "text"|take the .$ off`},
		"a field with and without .$":    {one(`{"Type": "Pass", "End": true, "Parameters": {"x": 1, "x.$": "$.a"}}`), s, "Parameters.x.$ is given twice|keep one"},
		"an unsupported intrinsic":       {template("States.UUID()"), s, "States.UUID is not supported|States.Array, "},
		"an unsupported nested one":      {template("States.Array(States.Hash($.a, 'MD5'))"), s, "States.Hash is not supported"},
		"an intrinsic not closed":        {template("States.Array($.a"), s, "close States.Array with )"},
		"text after an intrinsic":        {template("States.Array() x"), s, `take away|" x"`},
		"an argument in double quotes":   {template(`States.Array(\"a\")`), s, "'a string'"},
		"a bad escape":                   {template(`States.Array('a\\n')`), s, `write a path, 'a string'`},
		"a brace by itself":              {template(`States.Format('{a}', 1)`), s, `before each ' { }`},
		"a bad path as an argument":      {template("States.Array($.a-b)"), s, "['name']"},
		"too few arguments":              {template("States.MathAdd(1)"), s, "States.MathAdd has 1 arguments|needs 2"},
		"too many arguments":             {template("States.ArrayLength($.a, 1)"), s, "States.ArrayLength has 2 arguments|needs 1"},
		"a deep merge":                   {template("States.JsonMerge($.a, $.b, true)"), s, "give it false"},
		"too few values of a format":     {template("States.Format('{} {}', $.a)"), s, "2 {} for 1 values|give it as many"},
		"more than ten calls":            {template(strings.Repeat("States.Array(", 11) + strings.Repeat(")", 11)), s, "more than 10 calls|several states"},

		"no Resource":                    {one(`{"Type": "Task", "End": true}`), s, "Resource is missing|add it"},
		"an activity":                    {one(`{"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:a", "End": true}`), s, "activity:a|lambda:invoke"},
		"another service":                {one(`{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true}`), s, "sqs:sendMessage|lambda:invoke"},
		"an integration by itself":       {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}`), s, "Parameters.FunctionName is null|write the function's name"},
		"a function name by path":        {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName.$": "$.f"}, "End": true}`), s, "Parameters.FunctionName|write"},
		"an invocation type":             {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "InvocationType": "Event"}, "End": true}`), s, "Parameters.InvocationType|FunctionName and Payload only"},
		"a token that is not passed on":  {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": {"FunctionName": "f"}, "End": true}`), s, "$$.Task.Token|must pass"},
		"a token in a plain task":        {task(`"Parameters": {"t.$": "$$.Task.Token"},`), s, "$$.Task.Token|others have none"},
		"a token in a Pass":              {template("$$.Task.Token"), s, "$$.Task.Token|waitForTaskToken"},
		"a token in a Catch":             {one(`{"Type": "Fail", "CausePath": "$$.Task.Token"}`), s, "$$.Task.Token|waitForTaskToken"},
		"a negative TimeoutSeconds":      {task(`"TimeoutSeconds": -1,`), s, "TimeoutSeconds is -1|from 1 to 99999999"},
		"a fraction of TimeoutSeconds":   {task(`"TimeoutSeconds": 1.5,`), s, "TimeoutSeconds is 1.5|whole number"},
		"TimeoutSeconds as text":         {task(`"TimeoutSeconds": "1",`), s, `TimeoutSeconds is "1"|whole number`},
		"TimeoutSecondsPath":             {task(`"TimeoutSecondsPath": "$.t",`), s, `"TimeoutSecondsPath" is not supported|give TimeoutSeconds a number`},
		"a heartbeat as long as the end": {one(`{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 9, "HeartbeatSeconds": 9, "Parameters": {"FunctionName": "f", "Payload.$": "$$.Task.Token"}, "End": true}`), s, "HeartbeatSeconds is 9|TimeoutSeconds 9|lower it"},
		"a heartbeat that nobody sends":  {task(`"HeartbeatSeconds": 9,`), s, "HeartbeatSeconds is 9|use TimeoutSeconds"},

		"Retry that is no list":       {task(`"Retry": {},`), s, "Retry is {}|give it an array"},
		"Retry that is empty":         {task(`"Retry": [],`), s, "Retry is []|an entry"},
		"a retrier that is no object": {task(`"Retry": [1],`), s + ", Retry[0]", "it is 1|give it a JSON object"},
		"no ErrorEquals":              {task(`"Retry": [{}],`), s + ", Retry[0]", "ErrorEquals is missing|add it"},
		"an empty ErrorEquals":        {task(`"Retry": [{"ErrorEquals": []}],`), s + ", Retry[0]", "ErrorEquals is []|an entry"},
		"an empty Error Name":         {task(`"Retry": [{"ErrorEquals": [""]}],`), s + ", Retry[0]", `ErrorEquals[0] is ""|name an error`},
		"an Error Name as a number":   {task(`"Retry": [{"ErrorEquals": [1]}],`), s + ", Retry[0]", `ErrorEquals[0] is 1|name an error`},
		"an unknown predefined name":  {task(`"Retry": [{"ErrorEquals": ["States.TimeOut"]}],`), s + ", Retry[0]", `"States.TimeOut"|States.Timeout`},
		"States.Runtime":              {task(`"Retry": [{"ErrorEquals": ["States.Runtime"]}],`), s + ", Retry[0]", `"States.Runtime"|comes up nowhere`},
		"States.ALL with others":      {task(`"Retry": [{"ErrorEquals": ["States.ALL", "App.E"]}],`), s + ", Retry[0]", "States.ALL must stand alone|move it"},
		"States.ALL before others":    {task(`"Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["App.E"]}],`), s + ", Retry[0]", "last entry|move it"},
		"States.ALL early in a Catch": {withEnds(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Yes"}, {"ErrorEquals": ["App.E"], "Next": "No"}]}`), s + ", Catch[0]", "last entry|move it"},
		"a zero IntervalSeconds":      {retry(`"IntervalSeconds": 0`), s + ", Retry[0]", "IntervalSeconds is 0|from 1"},
		"a negative MaxAttempts":      {retry(`"MaxAttempts": -1`), s + ", Retry[0]", "MaxAttempts is -1|from 0"},
		"a BackoffRate below 1":       {retry(`"BackoffRate": 0.5`), s + ", Retry[0]", "BackoffRate is 0.5|from 1.0"},
		"a BackoffRate as text":       {retry(`"BackoffRate": "2"`), s + ", Retry[0]", `BackoffRate is "2"|from 1.0`},
		"a zero MaxDelaySeconds":      {retry(`"MaxDelaySeconds": 0`), s + ", Retry[0]", "MaxDelaySeconds is 0|from 1"},
		"a MaxDelaySeconds below":     {retry(`"IntervalSeconds": 9, "MaxDelaySeconds": 8`), s + ", Retry[0]", "MaxDelaySeconds is 8|9|raise it"},
		"an unknown JitterStrategy":   {retry(`"JitterStrategy": "HALF"`), s + ", Retry[0]", `JitterStrategy is "HALF"|FULL or NONE`},
		"an unknown field of a Retry": {retry(`"Next": "Yes"`), s + ", Retry[0]", `"Next" is not supported|MaxAttempts`},
		"no Next of a Catch":          {one(`{"Type": "Task", "Resource": "` + function + `", "End": true, "Catch": [{"ErrorEquals": ["App.E"]}]}`), s + ", Catch[0]", "Next is missing|add it"},
		"Assign in a Catch":           {withEnds(`{"Type": "Task", "Resource": "` + function + `", "Next": "No", "Catch": [{"ErrorEquals": ["App.E"], "Next": "Yes", "Assign": {}}]}`), s + ", Catch[0]", `"Assign" is not supported|ResultPath`},
		"a bad ResultPath of a Catch": {withEnds(`{"Type": "Task", "Resource": "` + function + `", "Next": "No", "Catch": [{"ErrorEquals": ["App.E"], "Next": "Yes", "ResultPath": "e"}]}`), s + ", Catch[0]", `ResultPath is "e"|begins with $`},

		"no Choices":                 {one(`{"Type": "Choice"}`), s, "Choices is missing|add it"},
		"empty Choices":              {one(`{"Type": "Choice", "Choices": []}`), s, "Choices is []|an entry"},
		"Next of a Choice":           {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "S"}], "Next": "S"}`), s, `"Next" is not supported|Choices`},
		"a rule without Next":        {one(`{"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true}], "Default": "S"}`), s + ", Choices[0]", "Next is missing|add it"},
		"a rule without comparison":  {choice(`"Variable": "$.a",`), s + ", Choices[0]", "0 comparisons|give it one"},
		"two comparisons":            {choice(`"Variable": "$.a", "IsNull": true, "IsString": true,`), s + ", Choices[0]", "2 comparisons (IsNull, IsString)|And or Or"},
		"an unknown comparison":      {choice(`"Variable": "$.a", "StringContains": "x",`), s + ", Choices[0]", `"StringContains" is not supported|a comparison`},
		"a comparison of booleans":   {choice(`"Variable": "$.a", "BooleanLessThan": true,`), s + ", Choices[0]", `"BooleanLessThan" is not supported`},
		"a Condition":                {choice(`"Condition": "{% true %}",`), s + ", Choices[0]", `"Condition" is not supported|Variable`},
		"no Variable":                {choice(`"IsNull": true,`), s + ", Choices[0]", "Variable is missing|add it"},
		"a Variable of several":      {choice(`"Variable": "$.a[*]", "IsNull": true,`), s + ", Choices[0]", `Variable is "$.a[*]"|one value`},
		"a bad operand":              {choice(`"Variable": "$.a", "NumericEquals": "5",`), s + ", Choices[0]", `NumericEquals is "5"|Numeric`},
		"a bad time":                 {choice(`"Variable": "$.a", "TimestampEquals": "2026-01-31",`), s + ", Choices[0]", `TimestampEquals is "2026-01-31"|Timestamp`},
		"a bad test":                 {choice(`"Variable": "$.a", "IsNull": "true",`), s + ", Choices[0]", `IsNull is "true"|true or false`},
		"a bad operand path":         {choice(`"Variable": "$.a", "NumericEqualsPath": "b",`), s + ", Choices[0]", `NumericEqualsPath is "b"|begins with $`},
		"an operand path of null":    {choice(`"Variable": "$.a", "NumericEqualsPath": null,`), s + ", Choices[0]", `NumericEqualsPath is null|one value`},
		"an empty And":               {choice(`"And": [],`), s + ", Choices[0]", `And is []|an entry`},
		"a Next within And":          {choice(`"And": [{"Variable": "$.a", "IsNull": true, "Next": "Yes"}],`), s + ", Choices[0], And[0]", `"Next" is not supported`},
		"Not of a list":              {choice(`"Not": [],`), s + ", Choices[0], Not", `it is []|JSON object`},
		"a Variable beside Not":      {choice(`"Variable": "$.a", "Not": {"Variable": "$.a", "IsNull": true},`), s + ", Choices[0]", `"Variable" is not supported`},
		"no time of a Wait":          {one(`{"Type": "Wait", "End": true}`), s, "0 of Seconds|give it one"},
		"two times of a Wait":        {one(`{"Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": true}`), s, "2 of Seconds|give it one"},
		"negative Seconds":           {one(`{"Type": "Wait", "Seconds": -1, "End": true}`), s, "Seconds is -1|from 0"},
		"Seconds as text":            {one(`{"Type": "Wait", "Seconds": "1", "End": true}`), s, `Seconds is "1"|whole number`},
		"a bad Timestamp":            {one(`{"Type": "Wait", "Timestamp": "noon", "End": true}`), s, `Timestamp is "noon"|2026-01-31T12:00:00Z`},
		"both Error and ErrorPath":   {one(`{"Type": "Fail", "Error": "E", "ErrorPath": "$.e"}`), s, "both Error and ErrorPath|keep one"},
		"a bad CausePath":            {one(`{"Type": "Fail", "CausePath": "cause"}`), s, `CausePath is "cause"|begin it with $`},
		"no Branches":                {one(`{"Type": "Parallel", "End": true}`), s, "Branches is missing|add it"},
		"empty Branches":             {one(`{"Type": "Parallel", "End": true, "Branches": []}`), s, "Branches is []|an entry"},
		"a branch without StartAt":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"States": {"A": {"Type": "Succeed"}}}]}`), s + ", Branches[0]", "StartAt is missing|add it"},
		"a branch with a time-out":   {one(`{"Type": "Parallel", "End": true, "Branches": [{"StartAt": "A", "TimeoutSeconds": 1, "States": {"A": {"Type": "Succeed"}}}]}`), s + ", Branches[0]", `"TimeoutSeconds" is not supported`},
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
		{Place: "definition", Message: `there is no value for ${Missing}: add "Missing" to the substitutions`},
		{Place: `state "A"`, Message: `TimeoutSeconds is -1: give it a whole number from 1 to 99999999`},
		{Place: `state "A"`, Message: `Resource is "${Missing}": give it a Lambda function's ARN, arn:aws:states:::lambda:invoke or arn:aws:states:::lambda:invoke.waitForTaskToken`},
		{Place: `state "A"`, Message: `field "Assign" is not supported: carry the value along with ResultPath`},
		{Place: `state "B"`, Message: `Type is "Map": use Task, Choice, Wait, Pass, Succeed, Fail or Parallel; others are not supported`},
		{Place: `state "A"`, Message: `Next is "Nowhere", which is no state here: name one of the same level, or add it`},
		{Place: `state "B"`, Message: `nothing leads to it from StartAt "A": point a Next at it, or take it away`},
		{Place: "definition", Message: `field "Extra" is not supported: take it away; known here are Comment, QueryLanguage, StartAt, States, TimeoutSeconds, Version`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	text := (&asl.LoadError{Problems: got}).Error()
	if lines := strings.Split(text, "\n"); len(lines) != len(want) || lines[1] != `state "A": TimeoutSeconds is -1: give it a whole number from 1 to 99999999` {
		t.Errorf("Error() is\n%s", text)
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
	if def.StartAt() != "Plan" {
		t.Errorf("StartAt %q", def.StartAt())
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(one(`{"Type": "Task", "Resource": "` + function + `", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": true}`)))
	f.Add([]byte(one(`{"Type": "Choice", "Choices": [{"Not": {"Variable": "$.a['b'][0]", "StringMatches": "a*"}, "Next": "S"}]}`)))
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
