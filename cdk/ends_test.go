package cdk_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/statemachine"
)

// ending is an end of an execution, with what its event holds. "" is null.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type ending struct{ machine, status, error, cause string }

// The inputs and outputs of releases.
const (
	rebaking = `{"rebakeIfNewer":true}`
	serving  = `{"plan":{"release":"r1"}}`
	idle     = `{"unchanged":"image ami-1 is on the newest base image"}`
	foretold = `{"dryRun":{"release":"r1"}}`
)

func (e ending) detail() map[string]any {
	detail := map[string]any{
		"executionArn": "arn:aws:states:ap-southeast-2:123456789012:execution:photogallery-staging-" + e.machine + ":r1", "name": "r1",
		"stateMachineArn": "arn:aws:states:ap-southeast-2:123456789012:stateMachine:photogallery-staging-" + e.machine,
		"status":          e.status, "error": nil, "cause": nil, "input": "{}", "output": nil,
	}
	if e.error != "" {
		detail["error"] = e.error
	}
	if e.cause != "" {
		detail["cause"] = e.cause
	}
	if e.status == "SUCCEEDED" {
		detail["output"] = serving
	}
	return detail
}

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
func TestEachEndIsToldOnceAndRingsOneAlarmAtMost(t *testing.T) {
	const undone = "A teardown of only this release removes what it made; a release that served before keeps serving."
	const dear = ", and what it has not removed may cost money. Start another one."
	made := synthesize(t, "everything")
	for _, test := range []struct {
		ending
		says  string // behind "The release r1 of environment staging "
		rings string
		swept bool // by a teardown of the release alone
	}{
		{ending{"release", "SUCCEEDED", "", ""}, "has succeeded.", "", false},
		{ending{"release", "FAILED", "Busy", "The teardown t1 holds it."}, "was refused: The teardown t1 holds it.", "", false},
		{ending{"release", "FAILED", "FailedClean", "InvalidRequest: minSize: 7."}, "was refused: InvalidRequest: minSize: 7.", "", false},
		{ending{"release", "FAILED", "FailedClean", "ImageNotFound: ami-1."}, "was refused: ImageNotFound: ami-1.", "", false},
		{ending{"release", "FAILED", "FailedClean", "BuildFailed: pip."}, "has failed, and nothing of it is left: BuildFailed: pip.", "release-failed", false},
		{ending{"release", "FAILED", "FailedClean", "RunFailed: exit status 3."}, "was the run of a command, which failed: RunFailed: exit status 3.", "", false},
		{ending{"release", "FAILED", "FailedDirty", "ami-1 is left."}, "has failed, and something is left: ami-1 is left.", "release-left-behind", false},
		{ending{"release", "FAILED", "States.Runtime", "no such path"}, "is FAILED. " + undone, "release-abandoned", true},
		{ending{"release", "FAILED", "", ""}, "is FAILED. " + undone, "release-abandoned", true},
		{ending{"release", "TIMED_OUT", "", ""}, "is TIMED_OUT. " + undone, "release-abandoned", true},
		{ending{"release", "TIMED_OUT", "States.Timeout", ""}, "is TIMED_OUT. " + undone, "release-abandoned", true},
		{ending{"release", "ABORTED", "", ""}, "is ABORTED. " + undone, "release-abandoned", true},
		{ending{"release", "ABORTED", "", "stopped in the console"}, "is ABORTED. " + undone, "release-abandoned", true},
		{ending{"release", "ABORTED", "Interrupted", "A teardown was started."}, "was stopped by a teardown, which removes what it made.", "", true},
		{ending{"teardown", "SUCCEEDED", "", ""}, "has succeeded.", "", false},
		{ending{"teardown", "FAILED", "FailedClean", "InvalidRequest: scope."}, "has failed: InvalidRequest: scope.", "teardown-failed", false},
		{ending{"teardown", "FAILED", "FailedDirty", "vol-1 is left."}, "has failed: vol-1 is left.", "teardown-failed", false},
		{ending{"teardown", "FAILED", "States.Runtime", "no such path"}, "is FAILED" + dear, "teardown-failed", false},
		{ending{"teardown", "TIMED_OUT", "", ""}, "is TIMED_OUT" + dear, "teardown-timed-out", false},
		{ending{"teardown", "ABORTED", "", ""}, "is ABORTED" + dear, "teardown-stopped", false},
		{ending{"release", "RUNNING", "", ""}, "", "", false},
		{ending{"teardown", "PENDING_REDRIVE", "", ""}, "", "", false},
	} {
		var want []string
		if test.says != "" {
			want = []string{fmt.Sprintf("The %s r1 of environment staging %s", test.machine, test.says)}
		}
		if told := toldOf(made, test.ending.detail()); !slices.Equal(told, want) {
			t.Errorf("of %v people read %q, not %q", test.ending, told, want)
		}
		if rung := strings.Join(rungBy(made, test.ending.detail()), " and "); rung != test.rings {
			t.Errorf("%v rings %q, not %q", test.ending, rung, test.rings)
		}
		if swept := matches(made, detailOf(t, made, "Abandoned"), test.detail()); swept != test.swept {
			t.Errorf("a teardown follows %v: %t", test.ending, swept)
		}
	}
}

// A rebake that finds no newer base image is nobody's business; one that bakes names what shows the
// packages.
func TestRebakeIsToldOnlyIfItBakes(t *testing.T) {
	made := synthesize(t, "everything")
	for _, test := range []struct {
		input, output string
		says          []string
	}{
		{"{}", serving, []string{"has succeeded."}},
		{rebaking, serving, []string{"newer base image", "`gallery images FORMER --diff NEW`"}},
		{`{"strategy":"blueGreen","rebakeIfNewer":true}`, serving, []string{"newer base image"}},
		{`{"rebakeIfNewer":false}`, serving, []string{"has succeeded."}},
		{rebaking, idle, nil},
		{"{}", idle, nil},
		{`{"dryRun":true}`, foretold, nil},
		{`{"run": "10m"}`, serving, nil},
		{`{"dryRun":true,"rebakeIfNewer":true}`, foretold, nil},
	} {
		detail := ending{"release", "SUCCEEDED", "", ""}.detail()
		detail["input"], detail["output"] = test.input, test.output
		told := toldOf(made, detail)
		if len(told) != min(1, len(test.says)) || slices.ContainsFunc(test.says, func(words string) bool { return !strings.Contains(told[0], words) }) {
			t.Errorf("of %s with %s people read %q", test.input, test.output, told)
		}
		if rung := rungBy(made, detail); len(rung) > 0 {
			t.Errorf("%s with %s rings %q", test.input, test.output, rung)
		}
	}
}

// What a teardown's dry run found is for who asked. One that leaves alone what serves is no news.
func TestTeardownIsToldUnlessItRemovesNothing(t *testing.T) {
	made := synthesize(t, "everything")
	for output, count := range map[string]int{`{"plan":{"dryRun":false}}`: 1, `{"resources":[]}`: 0, `{"kept":[]}`: 0,
		`{"plan":{},"confirmed":{"proceed":false,"reason":"somebody has visited","stays":true}}`: 0, `{"confirmed":{"proceed":false,"reason":"undone","stays":false}}`: 1} {
		detail := ending{"teardown", "SUCCEEDED", "", ""}.detail()
		detail["output"] = output
		if told := toldOf(made, detail); len(told) != count {
			t.Errorf("of %s people read %q", output, told)
		}
	}
}

// toldOf returns the messages of an end, each without its link.
func toldOf(made template, detail map[string]any) (told []string) {
	for _, rule := range made.of("AWS::Events::Rule") {
		target := rule.Properties["Targets"].([]any)[0].(map[string]any)
		if target["Id"] != "Topic" || !matches(made, rule.Properties["EventPattern"].(map[string]any)["detail"], detail) {
			continue
		}
		transformer := target["InputTransformer"].(map[string]any)
		text := fmt.Sprint(resolve(made, transformer["InputTemplate"]))
		for place, path := range transformer["InputPathsMap"].(map[string]any) {
			value := detail[strings.TrimPrefix(fmt.Sprint(path), "$.detail.")]
			if value == nil {
				value = "null"
			}
			text = strings.ReplaceAll(text, "<"+place+">", fmt.Sprint(value))
		}
		message, link, _ := strings.Cut(text, "\n")
		if !strings.HasSuffix(link, fmt.Sprintf(`#/v2/executions/details/%s"`, detail["executionArn"])) {
			message += " with the link " + link
		}
		told = append(told, strings.Trim(message, `"`))
	}
	return told
}

// rungBy returns the alarms of an end, those on the count of a rule and those on Step Functions'
// own counts.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
func rungBy(made template, detail map[string]any) (rung []string) {
	counts := map[string]string{"ExecutionsFailed": "FAILED", "ExecutionsTimedOut": "TIMED_OUT", "ExecutionsAborted": "ABORTED"}
	for _, alarm := range made.of("AWS::CloudWatch::Alarm") {
		name := strings.TrimPrefix(fmt.Sprint(alarm.Properties["AlarmName"]), "photogallery-staging-")
		dimensions, _ := alarm.Properties["Dimensions"].([]any)
		for _, dimension := range dimensions {
			of := fmt.Sprint(resolve(made, dimension.(map[string]any)["Value"]))
			switch alarm.Properties["Namespace"] {
			case "AWS/Events":
				for _, rule := range made.of("AWS::Events::Rule") {
					if rule.Properties["Name"] == of && matches(made, rule.Properties["EventPattern"].(map[string]any)["detail"], detail) {
						rung = append(rung, name)
					}
				}
			case "AWS/States":
				if of == detail["stateMachineArn"] && counts[fmt.Sprint(alarm.Properties["MetricName"])] == detail["status"] {
					rung = append(rung, name)
				}
			}
		}
	}
	return rung
}

// matches reports whether EventBridge takes a value for one of the pattern. To anything-but null is a value.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func matches(made template, pattern, value any) bool {
	switch pattern := pattern.(type) {
	case []any:
		return slices.ContainsFunc(pattern, func(one any) bool { return matches(made, one, value) })
	case map[string]any:
		if event, isObject := value.(map[string]any); isObject {
			for key, inner := range pattern {
				if key == "$or" && !slices.ContainsFunc(inner.([]any), func(one any) bool { return matches(made, one, event) }) {
					return false
				}
				if key != "$or" && !matches(made, inner, event[key]) {
					return false
				}
			}
			return true
		}
		if other, is := pattern["anything-but"]; is {
			return !matches(made, other, value)
		}
		if _, is := pattern["exists"]; is {
			return false // what an event lacks is null there
		}
		if start, is := pattern["prefix"]; is {
			text, isText := value.(string)
			return isText && slices.ContainsFunc(list(start), func(one string) bool { return strings.HasPrefix(text, one) })
		}
		if form, is := pattern["wildcard"]; is {
			text, isText := value.(string)
			return isText && slices.ContainsFunc(list(form), func(one string) bool {
				return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(one), `\*`, ".*") + "$").MatchString(text)
			})
		}
		return resolve(made, pattern) == value
	}
	return pattern == value
}

// The messages of failures have a place for the cause, and all that a status can be is in the table above.
func TestEveryFailStateHasACauseAndEveryStatusIsKnown(t *testing.T) {
	for name, definition := range map[string][]byte{"release": statemachine.Release, "teardown": statemachine.Teardown} {
		var machine struct {
			States map[string]struct{ Type, Error, Cause, CausePath string }
		}
		if err := json.Unmarshal(definition, &machine); err != nil {
			t.Fatal(err)
		}
		for id, state := range machine.States {
			if state.Type == "Fail" && (!slices.Contains([]string{"Busy", "FailedClean", "FailedDirty"}, state.Error) || state.Cause+state.CausePath == "") {
				t.Errorf("%s: state %s fails with error %q and cause %q", name, id, state.Error, state.Cause+state.CausePath)
			}
		}
	}
	known := []sfntypes.ExecutionStatus{"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"}
	for _, status := range sfntypes.ExecutionStatus("").Values() {
		if !slices.Contains(known, status) {
			t.Errorf("nobody has thought of executions that are %s", status)
		}
	}
}

// Lambda's own Throttles without a dimension are the whole account's.
func TestAlarmsWatchOnlyTheirEnvironment(t *testing.T) {
	made := synthesize(t, "everything")
	for id, alarm := range made.of("AWS::CloudWatch::Alarm") {
		of := fmt.Sprint(alarm.Properties["MetricName"], resolve(made, alarm.Properties["Dimensions"]))
		if !strings.Contains(of, "photogallery-staging-") && !strings.Contains(of, "DeadLetters") {
			t.Errorf("%s watches %v %s", id, alarm.Properties["Namespace"], of)
		}
	}
}
