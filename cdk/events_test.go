package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
func TestRulesDependOnTheirPermissions(t *testing.T) {
	for name := range contexts() {
		made := synthesize(t, name)
		for id, permission := range made.of("AWS::Lambda::Permission") {
			for rule, resource := range made.of("AWS::Events::Rule") {
				named := strings.HasSuffix(fmt.Sprint(resolve(made, permission.Properties["SourceArn"])), ":rule/"+fmt.Sprint(resource.Properties["Name"]))
				if named && !dependenciesOf(made, rule)[id] {
					t.Errorf("%s: rule %s may turn to a function that it may not invoke yet", name, rule)
				}
				if named != (rule+"Permission" == id) {
					t.Errorf("%s: %s is for rule %v", name, id, resource.Properties["Name"])
				}
			}
		}
		for id, rule := range made.of("AWS::Events::Rule") {
			for _, target := range rule.Properties["Targets"].([]any) {
				target := target.(map[string]any)
				if target["DeadLetterConfig"] == nil || target["RetryPolicy"] == nil {
					t.Errorf("%s: what rule %s cannot deliver is lost", name, id)
				}
				if _, isOurs := made.Resources[id+"Permission"]; strings.Contains(fmt.Sprint(resolve(made, target["Arn"])), ":function:") != isOurs {
					t.Errorf("%s: rule %s has no permission to invoke %v", name, id, target["Arn"])
				}
			}
		}
	}
}

func TestQueueAndTopicAcceptOnlyTheirServices(t *testing.T) {
	made := synthesize(t, "everything")
	rules := "arn:aws:events:ap-southeast-2:123456789012:rule/photogallery-staging-*"
	const own = "StringEquals:map[aws:SourceAccount:123456789012]]"
	want := map[string]string{
		"sqs:SendMessage events.amazonaws.com": "map[ArnLike:map[aws:SourceArn:" + rules + "] " + own,
		"sns:Publish cloudwatch.amazonaws.com": "map[ArnLike:map[aws:SourceArn:arn:aws:cloudwatch:ap-southeast-2:123456789012:alarm:photogallery-staging-*] " + own,
	}
	for id, resource := range made.Resources {
		if resource.Type != "AWS::SQS::QueuePolicy" && resource.Type != "AWS::SNS::TopicPolicy" {
			continue
		}
		for _, one := range statementsOf(made, id, resource.Properties["PolicyDocument"]) {
			if one.effect == "Deny" {
				continue
			}
			who := fmt.Sprint(one.actions[0], " ", one.principal.(map[string]any)["Service"])
			if got := fmt.Sprint(one.conditions); want[who] != got || len(one.actions) != 1 {
				t.Errorf("%s: %s may with %s", id, who, got)
			}
			delete(want, who)
		}
	}
	if len(want) > 0 {
		t.Errorf("nobody allows %v", want)
	}
	told := allowed(made, "TellerRole")
	if len(told) != 2 || !strings.HasPrefix(told[0], "events:InvokeApiDestination Webhook") || !strings.HasPrefix(told[1], "sns:Publish Notifications") {
		t.Errorf("the rules may %v", told)
	}
	for _, rule := range made.of("AWS::Events::Rule") {
		if name := fmt.Sprint(rule.Properties["Name"]); !strings.HasPrefix(name, "photogallery-staging-") {
			t.Errorf("the queue does not know rule %s", name)
		}
	}
}

// The policy of a topic cannot say which rule may publish, the role that publishes can say whose it is.
func TestRuleRolesAreAssumedOnlyByTheirRules(t *testing.T) {
	made := synthesize(t, "everything")
	used := map[string][]string{}
	for _, rule := range made.of("AWS::Events::Rule") {
		if role := attributeOf(rule.Properties["Targets"].([]any)[0].(map[string]any)["RoleArn"]); role != "" {
			used[role] = append(used[role], fmt.Sprint("arn:aws:events:ap-southeast-2:123456789012:rule/", rule.Properties["Name"]))
		}
	}
	for role, want := range used {
		slices.Sort(want)
		trust, _ := statementsOf(made, role, made.Resources[role].Properties["AssumeRolePolicyDocument"])[0].conditions["ArnEquals"].(map[string]any)
		trusted := list(trust["aws:SourceArn"])
		if slices.Sort(trusted); !slices.Equal(trusted, want) {
			t.Errorf("%s is of %v, want %v", role, trusted, want)
		}
	}
	if len(used) != 2 {
		t.Errorf("the rules have the roles %v, not one to sweep and one to tell", used)
	}
}

// A role that a service assumes is bound to this account, or another one's resource could use it.
func TestServicesThatActForOthersAreBoundToThisAccount(t *testing.T) {
	made := synthesize(t, "everything")
	for id, role := range made.of("AWS::IAM::Role") {
		for _, one := range statementsOf(made, id, role.Properties["AssumeRolePolicyDocument"]) {
			service := one.principal.(map[string]any)["Service"]
			same, _ := one.conditions["StringEquals"].(map[string]any)
			bound := same["aws:SourceAccount"] == "123456789012"
			switch service {
			case "lambda.amazonaws.com", "ec2.amazonaws.com": // may be handed to by PassRole alone
			case "states.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com", "vpc-flow-logs.amazonaws.com":
				if !bound {
					t.Errorf("%s trusts %v for any account", id, service)
				}
			default:
				if strings.HasPrefix(id, "GitHubRole") {
					continue // trusts no service; its own test has whom
				}
				t.Errorf("%s trusts %v", id, service)
			}
		}
	}
}
