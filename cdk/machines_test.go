package cdk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"photogallery/internal/asl"
	"photogallery/lambdas"
	"photogallery/release"
	"photogallery/statemachine"
)

func TestDeployedDefinitionsAreTheFilesAndRunPublishedVersions(t *testing.T) {
	made := synthesize(t, "defaults")
	for name, definition := range map[string][]byte{"photogallery-main-release": statemachine.Release, "photogallery-main-teardown": statemachine.Teardown} {
		machine := machineNamed(t, made, name)
		var file bytes.Buffer
		if err := json.Compact(&file, definition); err != nil {
			t.Fatal(err)
		}
		deployed := strings.ReplaceAll(machine.Properties["DefinitionString"].(string), "${InvokeAndWait}", "arn:aws:states:::lambda:invoke.waitForTaskToken")
		if deployed != file.String() {
			t.Errorf("%s is not the file", name)
		}
		names := map[string]string{}
		for step, version := range machine.Properties["DefinitionSubstitutions"].(map[string]any) {
			if step == "InvokeAndWait" {
				continue
			}
			names[step] = "arn:aws:lambda:us-east-1:123456789012:function:" + step
			published := made.Resources[attributeOf(version)]
			function := made.Resources[attributeOf(published.Properties["FunctionName"])]
			if published.DeletionPolicy != "RetainExceptOnCreate" || published.UpdateReplacePolicy != "Retain" {
				t.Errorf("%s: a deployment would take ${%s} from under what runs", name, step)
			}
			if published.Type != "AWS::Lambda::Version" || function.Properties["Handler"] != step {
				t.Errorf("%s: ${%s} is %v", name, step, version)
			}
		}
		if _, err := asl.Load(file.Bytes(), names); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConsoleDefaultInputIsARequest(t *testing.T) {
	for _, input := range []string{`{}`, `{"Comment": "Insert your JSON here"}`} {
		if _, err := release.ParseRequest([]byte(input)); err != nil {
			t.Errorf("release %s: %v", input, err)
		}
		if _, err := release.ParseTeardown([]byte(input)); err != nil {
			t.Errorf("teardown %s: %v", input, err)
		}
	}
}

func TestStateMachinesInvokeOnlyTheirFunctions(t *testing.T) {
	made := synthesize(t, "defaults")
	for name, stranger := range map[string]string{"photogallery-main-release": "photogallery-main-sweep:", "photogallery-main-teardown": "photogallery-main-launch-builder:"} {
		role := made.Resources[attributeOf(machineNamed(t, made, name).Properties["RoleArn"])]
		policy := fmt.Sprint(role.Properties["Policies"])
		if strings.Contains(policy, stranger) || !strings.Contains(policy, ":function:photogallery-main-lock:*") || strings.Contains(policy, ":function:*") {
			t.Errorf("%s may invoke %s", name, policy)
		}
	}
}

func TestEveryFunctionIsBoundedTracedAndLogsWhereALogIsKept(t *testing.T) {
	made := synthesize(t, "everything")
	count := 0
	for id, function := range made.of("AWS::Lambda::Function") {
		if function.Properties["Runtime"] != "provided.al2023" {
			continue // the CDK's own
		}
		count++
		if function.Properties["Timeout"] == nil || function.Properties["MemorySize"] == nil ||
			function.Properties["TracingConfig"].(map[string]any)["Mode"] != "Active" || function.Properties["LoggingConfig"] == nil {
			t.Errorf("%s: %v", id, function.Properties)
		}
	}
	if count != len(lambdas.Steps()) {
		t.Errorf("there are %d functions, %d steps", count, len(lambdas.Steps()))
	}
	for id, group := range made.of("AWS::Logs::LogGroup") {
		if group.Properties["RetentionInDays"] == nil {
			t.Errorf("%s is kept for ever", id)
		}
	}
}

func TestEveryAlarmSaysWhatToDo(t *testing.T) {
	for id, alarm := range synthesize(t, "defaults").of("AWS::CloudWatch::Alarm") {
		if words := strings.Fields(fmt.Sprint(alarm.Properties["AlarmDescription"])); len(words) < 15 || alarm.Properties["AlarmActions"] == nil || !reflect.DeepEqual(alarm.Properties["OKActions"], alarm.Properties["AlarmActions"]) {
			t.Errorf("%s says %v to %v, and that it is over to %v", id, words, alarm.Properties["AlarmActions"], alarm.Properties["OKActions"])
		}
	}
}

func machineNamed(t *testing.T, made template, name string) resource {
	t.Helper()
	for _, machine := range made.of("AWS::StepFunctions::StateMachine") {
		if machine.Properties["StateMachineName"] == name {
			return machine
		}
	}
	t.Fatalf("there is no state machine %s", name)
	return resource{}
}

// A stack in China or GovCloud has other ARNs; CloudFormation knows which.
func TestTemplateNamesNoPartition(t *testing.T) {
	for name, context := range contexts() {
		text := string(raw(t, context))
		if given, isGiven := context["ebsKey"].(string); isGiven {
			text = strings.ReplaceAll(text, given, "the key that was given")
		}
		if strings.Contains(text, "arn:aws") {
			at := strings.Index(text, "arn:aws")
			t.Errorf("%s: the template says %q", name, text[max(0, at-80):min(len(text), at+80)])
		}
	}
	machine := machineNamed(t, synthesize(t, "defaults"), "photogallery-main-release")
	arn := machine.Properties["DefinitionSubstitutions"].(map[string]any)["InvokeAndWait"]
	if want := map[string]any{"Fn::Sub": "arn:${AWS::Partition}:states:::lambda:invoke.waitForTaskToken"}; !reflect.DeepEqual(arn, want) {
		t.Errorf("the release machine's integration is %v, want %v", arn, want)
	}
}
