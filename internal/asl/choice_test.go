package asl_test

import (
	"testing"

	"photogallery/internal/asl"
)

func TestChoiceRules(t *testing.T) {
	const input = `{"s": "abc", "star": "a*c", "n": 5, "f": 5.0, "big": 1e3, "neg": -1, "yes": true, "no": false, "none": null, "list": [1],
		"t": "2026-01-31T12:00:00Z", "later": "2026-01-31T14:00:00.5+01:00", "same": "2026-01-31T13:00:00+01:00", "day": "2026-01-31", "small": "2026-01-31t12:00:00z"}`
	tests := []struct {
		rule string
		want bool
	}{
		{`"Variable": "$.s", "StringEquals": "abc"`, true},
		{`"Variable": "$.s", "StringEquals": "ABC"`, false},
		{`"Variable": "$.n", "StringEquals": "5"`, false},
		{`"Variable": "$.none", "StringEquals": "null"`, false},
		{`"Variable": "$.s", "StringEqualsPath": "$.s"`, true},
		{`"Variable": "$.s", "StringEqualsPath": "$.star"`, false},
		{`"Variable": "$.s", "StringEqualsPath": "$.n"`, false},
		{`"Variable": "$.s", "StringLessThan": "abd"`, true},
		{`"Variable": "$.s", "StringLessThan": "abc"`, false},
		{`"Variable": "$.s", "StringLessThanEquals": "abc"`, true},
		{`"Variable": "$.s", "StringGreaterThan": "ab"`, true},
		{`"Variable": "$.s", "StringGreaterThanEquals": "abd"`, false},
		{`"Variable": "$.s", "StringGreaterThanPath": "$.star"`, true},
		{`"Variable": "$.s", "StringMatches": "a*"`, true},
		{`"Variable": "$.s", "StringMatches": "*b*"`, true},
		{`"Variable": "$.s", "StringMatches": "*"`, true},
		{`"Variable": "$.s", "StringMatches": "a"`, false},
		{`"Variable": "$.s", "StringMatches": "a.c"`, false},
		{`"Variable": "$.star", "StringMatches": "a\\*c"`, true},
		{`"Variable": "$.s", "StringMatches": "a\\*c"`, false},
		{`"Variable": "$.n", "StringMatches": "*"`, false},
		{`"Variable": "$.n", "NumericEquals": 5`, true},
		{`"Variable": "$.f", "NumericEquals": 5`, true},
		{`"Variable": "$.big", "NumericEquals": 1000`, true},
		{`"Variable": "$.s", "NumericEquals": 5`, false},
		{`"Variable": "$.n", "NumericEqualsPath": "$.f"`, true},
		{`"Variable": "$.n", "NumericEqualsPath": "$.s"`, false},
		{`"Variable": "$.n", "NumericLessThan": 5.5`, true},
		{`"Variable": "$.n", "NumericLessThan": 5`, false},
		{`"Variable": "$.n", "NumericLessThanEquals": 5`, true},
		{`"Variable": "$.n", "NumericLessThanPath": "$.neg"`, false},
		{`"Variable": "$.n", "NumericLessThanEqualsPath": "$.f"`, true},
		{`"Variable": "$.n", "NumericGreaterThan": -1`, true},
		{`"Variable": "$.n", "NumericGreaterThanPath": "$.neg"`, true},
		{`"Variable": "$.n", "NumericGreaterThanEquals": 6`, false},
		{`"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.f"`, true},
		{`"Variable": "$.yes", "BooleanEquals": true`, true},
		{`"Variable": "$.no", "BooleanEquals": false`, true},
		{`"Variable": "$.none", "BooleanEquals": false`, false},
		{`"Variable": "$.s", "BooleanEquals": true`, false},
		{`"Variable": "$.yes", "BooleanEqualsPath": "$.no"`, false},
		{`"Variable": "$.t", "TimestampEquals": "2026-01-31T12:00:00Z"`, true},
		{`"Variable": "$.same", "TimestampEquals": "2026-01-31T12:00:00Z"`, true},
		{`"Variable": "$.t", "TimestampLessThan": "2026-01-31T12:00:01Z"`, true},
		{`"Variable": "$.t", "TimestampLessThanPath": "$.later"`, true},
		{`"Variable": "$.t", "TimestampGreaterThan": "2026-01-31T12:00:00Z"`, false},
		{`"Variable": "$.t", "TimestampGreaterThanEquals": "2026-01-31T12:00:00Z"`, true},
		{`"Variable": "$.t", "TimestampLessThanEqualsPath": "$.same"`, true},
		{`"Variable": "$.t", "TimestampEqualsPath": "$.day"`, false},
		{`"Variable": "$.n", "TimestampGreaterThanEquals": "2026-01-31T12:00:00Z"`, false},
		{`"Variable": "$.s", "IsPresent": true`, true},
		{`"Variable": "$.none", "IsPresent": true`, true},
		{`"Variable": "$.nope.deep", "IsPresent": true`, false},
		{`"Variable": "$.nope", "IsPresent": false`, true},
		{`"Variable": "$.s", "IsPresent": false`, false},
		{`"Variable": "$.none", "IsNull": true`, true},
		{`"Variable": "$.s", "IsNull": true`, false},
		{`"Variable": "$.s", "IsNull": false`, true},
		{`"Variable": "$.s", "IsString": true`, true},
		{`"Variable": "$.n", "IsString": true`, false},
		{`"Variable": "$.f", "IsNumeric": true`, true},
		{`"Variable": "$.s", "IsNumeric": false`, true},
		{`"Variable": "$.no", "IsBoolean": true`, true},
		{`"Variable": "$.list", "IsBoolean": true`, false},
		{`"Variable": "$.t", "IsTimestamp": true`, true},
		{`"Variable": "$.day", "IsTimestamp": true`, false},
		{`"Variable": "$.small", "IsTimestamp": true`, false},
		{`"Variable": "$.t", "IsString": true`, true},
		{`"Variable": "$.list[0]", "NumericEquals": 1`, true},
		{`"Variable": "$$.Execution.Name", "StringEquals": "one"`, true},
		{`"Not": {"Variable": "$.n", "NumericEquals": 5}`, false},
		{`"Not": {"Variable": "$.n", "StringEquals": "5"}`, true},
		{`"And": [{"Variable": "$.n", "IsNumeric": true}, {"Variable": "$.n", "NumericLessThan": 9}]`, true},
		{`"And": [{"Variable": "$.n", "IsNumeric": true}, {"Variable": "$.n", "NumericLessThan": 2}]`, false},
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
		"an operand that is not there": {`"Variable": "$.n", "NumericEqualsPath": "$.nope"`, "States.Runtime"},
		"a failure within Not":         {`"Not": {"Variable": "$.nope", "NumericEquals": 1}`, "States.Runtime"},
		"a failure within Or":          {`"Or": [{"Variable": "$.nope", "NumericEquals": 1}, {"Variable": "$.n", "IsNumeric": true}]`, "States.Runtime"},
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
