package cdk_test

import (
	"slices"
	"testing"
)

// A log group that a function makes for itself has no retention, stays when the stack goes, and makes
// the next deployment fail by its name.
func TestLogGroupsAreAllDeclared(t *testing.T) {
	for name := range contexts() {
		made := synthesize(t, name)
		for id, function := range made.of("AWS::Lambda::Function") {
			logging, _ := function.Properties["LoggingConfig"].(map[string]any)
			if group := attributeOf(logging["LogGroup"]); made.Resources[group].Type != "AWS::Logs::LogGroup" {
				t.Errorf("%s: %s logs into a group of its own: %v", name, id, logging)
			}
		}
		for id, role := range made.of("AWS::IAM::Role") {
			if managed := role.Properties["ManagedPolicyArns"]; managed != nil {
				t.Errorf("%s: %s has policies of AWS, which nobody here has read: %v", name, id, managed)
			}
		}
		for _, one := range grants(made, "") {
			if slices.Contains(one.actions, "logs:CreateLogGroup") {
				t.Errorf("%s: %s may make log groups", name, one.of)
			}
		}
	}
}
