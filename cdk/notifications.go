package cdk

import (
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// notifications holds where messages go.
type notifications struct {
	topic   awssns.ITopic
	webhook awsevents.CfnApiDestination // nil without the option
	role    awsiam.IRole                // sends what rules tell
}

// addNotifications tells people how releases and teardowns end, and of outages.
func (s *stack) addNotifications() {
	s.notifications.topic = s.addTopic()
	s.notifications.webhook = s.addWebhook()
	s.notifications.role = s.teller()
	for _, one := range ends() {
		s.tellEnd(one)
	}
	s.tellNotices()
	s.tellBudget()
	s.tellOutages()
}

// teller publishes for the rules. A topic's policy cannot bind EventBridge to the rule or the
// account, because it names neither when it publishes by itself. It does when it assumes a role.
// https://aws.amazon.com/about-aws/whats-new/2025/03/amazon-eventbridge-iam-execution-role-all-targets/
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func (s *stack) teller() awsiam.IRole {
	rules := []string{s.ruleARN("outage"), s.ruleARN("notice")}
	if s.options.Budget != "" {
		rules = append(rules, s.ruleARN("budget"))
	}
	for _, one := range ends() {
		rules = append(rules, s.ruleARN(one.name))
	}
	statements := []Statement{{Actions: []string{"sns:Publish"}, Resources: []string{*s.notifications.topic.TopicArn()}}}
	if s.notifications.webhook != nil {
		rules = append(rules, s.ruleARN("alarm"))
		statements = append(statements, Statement{
			Actions: []string{"events:InvokeApiDestination"}, Resources: []string{*s.notifications.webhook.AttrArnForPolicy()},
		})
	}
	return s.roleOf("TellerRole", s.forRules(rules...), "Tells how releases and teardowns end, and of outages", statements)
}

// tellNotices sends what a release says before its end: that it waits for its approval, and what the
// judge has seen.
func (s *stack) tellNotices() {
	s.tell("Told-notice", "notice", "A release waits for a person, or was judged", map[string]any{
		"source": []string{s.options.Environment.NoticeSource()}, "detail-type": []string{release.NoticeEvent},
		"account": []*string{awscdk.Aws_ACCOUNT_ID()},
	}, message{
		text: fmt.Sprintf("Release <release> of environment %s: <text>", s.options.Environment), free: "text",
		link:  s.console + "states/home?region=" + *awscdk.Aws_REGION() + "#/v2/executions/details/<execution>",
		paths: map[string]string{"release": "$.detail.release", "text": "$.detail.text", "execution": "$.detail.execution"},
	}, true)
}

// tellBudget sends what the budget's check says, which has no release.
func (s *stack) tellBudget() {
	if s.options.Budget == "" {
		return
	}
	s.tell("Told-budget", "budget", "The budget is nearly or wholly used up", map[string]any{
		"source": []string{s.options.Environment.NoticeSource()}, "detail-type": []string{release.BudgetEvent},
		"account": []*string{awscdk.Aws_ACCOUNT_ID()},
	}, message{
		text: fmt.Sprintf("Environment %s: <text>", s.options.Environment), free: "text",
		link:  s.console + "states/home?region=" + *awscdk.Aws_REGION() + "#/statemachines",
		paths: map[string]string{"text": "$.detail.text"},
	}, true)
}

// tellEnd sends a message for each execution with that end.
func (s *stack) tellEnd(one end) {
	detail := map[string]any{"stateMachineArn": []string{s.machineARN(s.nameOf(one.of))}}
	maps.Copy(detail, one.detail)
	about := message{
		text: fmt.Sprintf("The %s <name> of environment %s %s", one.of, s.options.Environment, one.text), free: "cause",
		link:  s.console + "states/home?region=" + *awscdk.Aws_REGION() + "#/v2/executions/details/<execution>",
		paths: map[string]string{"execution": "$.detail.executionArn"},
	}
	for _, place := range []string{"name", "status", "cause"} {
		if strings.Contains(about.text, "<"+place+">") {
			about.paths[place] = "$.detail." + place
		}
	}
	s.tell("Told-"+one.name, one.name, "An execution ended: "+one.name, map[string]any{
		"source": []string{"aws.states"}, "detail-type": []string{release.ExecutionStatusEvent}, "detail": detail,
	}, about, true)
}

// tell makes a rule that sends a message to the webhook, if there is one, and to the topic if wanted.
func (s *stack) tell(id, name, description string, pattern map[string]any, about message, toTopic bool) {
	var targets []any
	if toTopic {
		targets = append(targets, s.target("Topic", s.notifications.topic.TopicArn(), about, about.plain()))
	}
	if s.notifications.webhook != nil {
		targets = append(targets, s.target("Webhook", s.notifications.webhook.AttrArn(), about, about.posted(s.options.webhookForm())))
	}
	awsevents.NewCfnRule(s.scope, jsii.String(id), &awsevents.CfnRuleProps{
		Name: s.name(name), Description: jsii.String(description), EventPattern: pattern, Targets: targets,
	})
}

func (s *stack) target(id string, arn *string, about message, template string) *awsevents.CfnRule_TargetProperty {
	paths := map[string]*string{}
	for place, path := range about.paths {
		paths[place] = jsii.String(path)
	}
	return &awsevents.CfnRule_TargetProperty{
		Id: jsii.String(id), Arn: arn, RoleArn: s.notifications.role.RoleArn(),
		InputTransformer: &awsevents.CfnRule_InputTransformerProperty{InputPathsMap: paths, InputTemplate: jsii.String(template)},
		DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
	}
}

// nameOf returns the name of the state machine of releases or teardowns.
func (s *stack) nameOf(of string) string {
	if of == "release" {
		return s.options.Environment.ReleaseMachine()
	}
	return s.options.Environment.TeardownMachine()
}
