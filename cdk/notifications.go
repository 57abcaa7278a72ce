package cdk

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// addNotifications tells people how releases and teardowns end. The topic is not encrypted by a key:
// alarms and rules cannot publish through AWS's own one, and a key of ours costs as much as all the
// rest of an idle stack; the messages hold no secret.
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
	s.tell(topic, role, "ReleaseEnded", "release", s.options.Environment.ReleaseMachine())
	s.tell(topic, role, "TeardownEnded", "teardown", s.options.Environment.TeardownMachine())
	return topic
}

// teller publishes for the two rules. A topic's policy cannot bind EventBridge: it says nothing of the
// rule or the account when it publishes by itself, but does when it assumes a role.
// https://aws.amazon.com/about-aws/whats-new/2025/03/amazon-eventbridge-iam-execution-role-all-targets/
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func (s *stack) teller(topic awssns.Topic) awsiam.Role {
	trust := s.forRules(s.ruleARN("release-ended"), s.ruleARN("teardown-ended"))
	return s.roleOf("TellerRole", trust, "Tells how releases and teardowns end", []Statement{
		{Actions: []string{"sns:Publish"}, Resources: []string{*topic.TopicArn()}},
	})
}

// tell sends one message for each end of a machine. An event without an error leaves its place empty.
func (s *stack) tell(topic awssns.Topic, role awsiam.Role, id, what, machine string) {
	execution := s.console + "states/home?region=" + *awscdk.Aws_REGION() + "#/v2/executions/details/<execution>"
	awsevents.NewCfnRule(s.scope, jsii.String(id), &awsevents.CfnRuleProps{
		Name:        s.name(what + "-ended"),
		Description: jsii.String("A " + what + " has ended"),
		EventPattern: map[string]any{
			"source": []string{"aws.states"}, "detail-type": []string{"Step Functions Execution Status Change"},
			"detail": map[string]any{
				"stateMachineArn": []string{s.machineARN(machine)},
				"status":          []string{"SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Topic"), Arn: topic.TopicArn(), RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: map[string]*string{
					"name": jsii.String("$.detail.name"), "status": jsii.String("$.detail.status"),
					"error": jsii.String("$.detail.error"), "cause": jsii.String("$.detail.cause"),
					"execution": jsii.String("$.detail.executionArn"),
				},
				InputTemplate: jsii.String(fmt.Sprintf(`"The %s <name> of environment %s has ended: <status>. <error> <cause>"`+"\n"+`"%s"`,
					what, s.options.Environment, execution)),
			},
			DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
		}},
	})
}
