package asl_test

import (
	"testing"

	"photogallery/internal/asl"
)

func TestChoiceRules(t *testing.T) {
	const input = `{"s": "abc", "star": "a*c", "n": 5, "f": 5.0, "big": 1e3, "neg": -1, "yes": true, "no": false, "none": null, "list": [1]}`
	tests := []struct {
		rule string
		want bool
	}{
		{`"Variable": "$.s", "StringEquals": "abc"`, true},
		{`"Variable": "$.s", "StringEquals": "ABC"`, false},
		{`"Variable": "$.n", "StringEquals": "5"`, false},
		{`"Variable": "$.none", "StringEquals": "null"`, false},
		{`"Variable": "$.n", "NumericEquals": 5`, true},
		{`"Variable": "$.f", "NumericEquals": 5`, true},
		{`"Variable": "$.big", "NumericEquals": 1000`, true},
		{`"Variable": "$.s", "NumericEquals": 5`, false},
		{`"Variable": "$.n", "NumericLessThan": 5.5`, true},
		{`"Variable": "$.n", "NumericLessThan": 5`, false},
		{`"Variable": "$.n", "NumericLessThanEquals": 5`, true},
		{`"Variable": "$.n", "NumericGreaterThan": -1`, true},
		{`"Variable": "$.n", "NumericGreaterThanEquals": 6`, false},
		{`"Variable": "$.yes", "BooleanEquals": true`, true},
		{`"Variable": "$.no", "BooleanEquals": false`, true},
		{`"Variable": "$.none", "BooleanEquals": false`, false},
		{`"Variable": "$.s", "BooleanEquals": true`, false},
		{`"Variable": "$.s", "IsPresent": true`, true},
		{`"Variable": "$.none", "IsPresent": true`, true},
		{`"Variable": "$.nope.deep", "IsPresent": true`, false},
		{`"Variable": "$.nope", "IsPresent": false`, true},
		{`"Variable": "$.s", "IsPresent": false`, false},
		{`"Variable": "$.none", "IsNull": true`, true},
		{`"Variable": "$.none", "IsNull": false`, false},
		{`"Variable": "$.list", "IsNull": false`, true},
		{`"Variable": "$.list", "IsNull": true`, false},
		{`"Variable": "$.none", "NumericLessThan": 1`, false},
		{`"Variable": "$.list", "StringEquals": "[1]"`, false},
		{`"Variable": "$.s", "IsNull": true`, false},
		{`"Variable": "$.s", "IsNull": false`, true},
		{`"Variable": "$.list[0]", "NumericEquals": 1`, true},
		{`"Variable": "$$.Execution.Name", "StringEquals": "one"`, true},
		{`"Not": {"Variable": "$.n", "NumericEquals": 5}`, false},
		{`"Not": {"Variable": "$.n", "StringEquals": "5"}`, true},
		{`"And": [{"Variable": "$.n", "IsNull": false}, {"Variable": "$.n", "NumericLessThan": 9}]`, true},
		{`"And": [{"Variable": "$.n", "IsNull": false}, {"Variable": "$.n", "NumericLessThan": 2}]`, false},
		{`"And": [{"Variable": "$.nope", "IsPresent": true}, {"Variable": "$.nope", "NumericLessThan": 2}]`, false},
		{`"Or": [{"Variable": "$.n", "NumericEquals": 1}, {"Not": {"And": [{"Variable": "$.yes", "BooleanEquals": false}]}}]`, true},
		{`"Or": [{"Variable": "$.n", "NumericEquals": 1}, {"Variable": "$.n", "NumericEquals": 2}]`, false},
		{`"Or": [{"Variable": "$.nope", "IsPresent": false}, {"Variable": "$.nope", "NumericLessThan": 2}]`, true},
	}
	for _, tc := range tests {
		t.Run(tc.rule, func(t *testing.T) {
			_, path, _ := runs(t, withEnds(`{"Type": "Choice", "Choices": [{`+tc.rule+`, "Next": "Yes"}], "Default": "No"}`), input, nil)
			checkPath(t, path, "S", map[bool]string{true: "Yes", false: "No"}[tc.want])
		})
	}
}

func TestChoiceTakesTheFirstRuleThatHolds(t *testing.T) {
	got, path, _ := runs(t, withEnds(`{"Type": "Choice", "InputPath": "$.a", "Choices": [
		{"Variable": "$.n", "NumericEquals": 1, "Next": "No"}, {"Variable": "$.n", "NumericLessThan": 9, "Next": "Yes"},
		{"Variable": "$.nope", "NumericEquals": 2, "Next": "No"}]}`), `{"a": {"n": 2}}`, nil)
	checkPath(t, path, "S", "Yes")
	check(t, got, `{"n": 2}`)
}

func TestChoiceFailures(t *testing.T) {
	tests := map[string]struct{ rule, want string }{
		"no match and no Default":      {`"Variable": "$.n", "NumericEquals": 1`, "States.NoChoiceMatched"},
		"a Variable that is not there": {`"Variable": "$.nope", "NumericEquals": 1`, "States.Runtime"},
		"a test of what is not there":  {`"Variable": "$.nope", "IsNull": true`, "States.Runtime"},
		"a failure within Not":         {`"Not": {"Variable": "$.nope", "NumericEquals": 1}`, "States.Runtime"},
		"a failure within Or":          {`"Or": [{"Variable": "$.nope", "NumericEquals": 1}, {"Variable": "$.n", "NumericEquals": 2}]`, "States.Runtime"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, path, history := runs(t, `{"StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [{`+tc.rule+`, "Next": "Yes"}]}, "Yes": {"Type": "Succeed"}}}`, `{"n": 2}`, nil)
			check(t, got, tc.want)
			checkPath(t, path, "S")
			if last := history[len(history)-1]; last.Type != "ExecutionFailed" || last.Error != tc.want || got.Status != asl.StatusFailed {
				t.Errorf("the last event is %+v", last)
			}
		})
	}
}
