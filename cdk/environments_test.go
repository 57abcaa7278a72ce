package cdk_test

import (
	"regexp"
	"strings"
	"testing"
)

// The names of two environments may begin alike, and both may be in one account.
func TestRolesDoNotReachEnvironmentsWithTheSamePrefix(t *testing.T) {
	main, longer := synthesize(t, "defaults"), decode(t, raw(t, map[string]any{"environment": "mainx"}))
	var others []string
	for _, one := range everyGrant(longer) {
		for _, resource := range one.resources {
			if strings.Contains(resource, "mainx") {
				others = append(others, resource)
			}
		}
	}
	if len(others) < 50 {
		t.Fatalf("only %v name environment mainx", others)
	}
	for _, one := range everyGrant(main) {
		for _, resource := range one.resources {
			if resource == "*" || !strings.Contains(resource, "main") {
				continue
			}
			pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(resource), `\*`, ".*") + "$")
			for _, other := range others {
				if pattern.MatchString(other) {
					t.Errorf("%s: %v on %s reaches %s", one.of, one.actions, resource, other)
				}
			}
		}
	}
}

// A step may not change an alarm of the stack, which tells that a step has failed.
func TestStepsCannotReachStackAlarms(t *testing.T) {
	made := synthesize(t, "defaults")
	for id, alarm := range made.of("AWS::CloudWatch::Alarm") {
		name := ":alarm:" + alarm.Properties["AlarmName"].(string)
		for _, one := range grants(made, "") {
			for _, resource := range one.resources {
				pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(resource), `\*`, ".*") + "$")
				if strings.Contains(resource, ":alarm:") && pattern.MatchString("arn:aws:cloudwatch:ap-southeast-2:123456789012"+name) {
					t.Errorf("%s: %v on %s reaches %s", one.of, one.actions, resource, id)
				}
			}
		}
	}
}

// everyGrant returns the statements of roles, and those of policies on resources.
func everyGrant(made template) []grant {
	all := grants(made, "")
	for id, resource := range made.Resources {
		if document := resource.Properties["PolicyDocument"]; document != nil && resource.Type != "AWS::IAM::Policy" {
			all = append(all, statementsOf(made, id, document)...)
		}
	}
	return all
}
