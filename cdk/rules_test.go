package cdk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/statemachine"
)

// A release that ends by itself has undone itself, and its Fail states say so. Whatever else ends one,
// a rule has it swept.
func TestEveryEndThatNoStateSeesIsSwept(t *testing.T) {
	made := synthesize(t, "defaults")
	var swept, own []string
	for _, alternative := range detailOf(t, made, "Abandoned")["$or"].([]any) {
		end := alternative.(map[string]any)
		if end["error"] == nil {
			swept = append(swept, list(end["status"])...)
			continue
		}
		if errors, isList := end["error"].([]any)[0].(map[string]any)["anything-but"]; isList {
			own = list(errors)
		}
	}
	for _, status := range sfntypes.ExecutionStatus("").Values() {
		switch status {
		case sfntypes.ExecutionStatusRunning, sfntypes.ExecutionStatusPendingRedrive, sfntypes.ExecutionStatusSucceeded, sfntypes.ExecutionStatusFailed:
		default:
			if !slices.Contains(swept, string(status)) {
				t.Errorf("a release that is %s is swept by nobody", status)
			}
		}
	}
	want := failures(t, statemachine.Release)
	if slices.Sort(own); !slices.Equal(own, want) {
		t.Errorf("of the release's own ends the rule leaves alone %v, and there are %v", own, want)
	}
}

func TestBuilderRuleMatchesEndedInstances(t *testing.T) {
	states := list(detailOf(t, synthesize(t, "defaults"), "BuilderGone")["state"])
	for _, state := range ec2types.InstanceStateName("").Values() {
		isEnd := state != ec2types.InstanceStateNamePending && state != ec2types.InstanceStateNameRunning
		if slices.Contains(states, string(state)) != isEnd {
			t.Errorf("of an instance that is %s the rule hears: %t", state, !isEnd)
		}
	}
}

func detailOf(t *testing.T, made template, rule string) map[string]any {
	t.Helper()
	pattern := made.Resources[withPrefix(t, made, "AWS::Events::Rule", rule)].Properties["EventPattern"]
	return pattern.(map[string]any)["detail"].(map[string]any)
}

// failures returns the errors of a machine's Fail states, each once, in alphabetical order.
func failures(t *testing.T, definition []byte) []string {
	t.Helper()
	var machine struct {
		States map[string]struct{ Type, Error string }
	}
	if err := json.Unmarshal(definition, &machine); err != nil {
		t.Fatal(err)
	}
	var errors []string
	for _, state := range machine.States {
		if state.Type == "Fail" {
			errors = append(errors, state.Error)
		}
	}
	slices.SortFunc(errors, strings.Compare)
	return slices.Compact(errors)
}
