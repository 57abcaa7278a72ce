package cdk

import (
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// addNotifications tells people how releases and teardowns end. The topic has no encryption key:
// alarms and rules cannot publish with AWS's own one, and a customer managed one costs as much as
// the rest of an idle stack. The messages hold no secret.
func (s *stack) addNotifications() awssns.Topic {
	topic := awssns.NewTopic(s.scope, jsii.String("Notifications"), &awssns.TopicProps{
		DisplayName: jsii.String("Photogallery " + string(s.options.Environment)),
		EnforceSSL:  jsii.Bool(true),
	})
	// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("PublishAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  jsii.Strings(*topic.TopicArn()),
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnLike":      {"aws:SourceArn": arn("cloudwatch", "alarm:"+*s.name("*"))},
		}, nil),
	}))
	if s.options.Notify != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(s.options.Notify), nil))
	}
	role := s.teller(topic)
	for _, one := range ends() {
		s.tell(topic, role, one)
	}
	return topic
}

// teller publishes for the rules of the ends. A topic's policy cannot bind EventBridge to the rule
// or the account, because it names neither when it publishes by itself. It does when it assumes a
// role.
// https://aws.amazon.com/about-aws/whats-new/2025/03/amazon-eventbridge-iam-execution-role-all-targets/
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func (s *stack) teller(topic awssns.Topic) awsiam.Role {
	var rules []string
	for _, one := range ends() {
		rules = append(rules, s.ruleARN(one.name))
	}
	return s.roleOf("TellerRole", s.forRules(rules...), "Tells how releases and teardowns end", []Statement{
		{Actions: []string{"sns:Publish"}, Resources: []string{*topic.TopicArn()}},
	})
}

// tell sends a message for each execution with that end.
func (s *stack) tell(topic awssns.Topic, role awsiam.Role, one end) {
	execution := s.console + "states/home?region=" + *awscdk.Aws_REGION() + "#/v2/executions/details/<execution>"
	detail := map[string]any{"stateMachineArn": []string{s.machineARN(s.nameOf(one.of))}}
	maps.Copy(detail, one.detail)
	paths := map[string]*string{"execution": jsii.String("$.detail.executionArn")}
	for _, place := range []string{"name", "status", "cause"} {
		if place == "name" || strings.Contains(one.text, "<"+place+">") {
			paths[place] = jsii.String("$.detail." + place)
		}
	}
	awsevents.NewCfnRule(s.scope, jsii.String("Told-"+one.name), &awsevents.CfnRuleProps{
		Name:        s.name(one.name),
		Description: jsii.String("An execution ended: " + one.name),
		EventPattern: map[string]any{
			"source": []string{"aws.states"}, "detail-type": []string{release.ExecutionStatusEvent}, "detail": detail,
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Topic"), Arn: topic.TopicArn(), RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: paths,
				InputTemplate: jsii.String(fmt.Sprintf(`"The %s <name> of environment %s %s"`+"\n"+`"%s"`,
					one.of, s.options.Environment, one.text, execution)),
			},
			DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
		}},
	})
}

// nameOf returns the name of the state machine of releases or teardowns.
func (s *stack) nameOf(of string) string {
	if of == "release" {
		return s.options.Environment.ReleaseMachine()
	}
	return s.options.Environment.TeardownMachine()
}
