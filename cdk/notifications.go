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
	// A topic's policy cannot bind EventBridge by a condition: it says nothing of the rule or the account
	// when it publishes, and a statement with one never matches.
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
	s.admit(topic, "events", nil)
	s.admit(topic, "cloudwatch", map[string]map[string]string{"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}})
	if s.options.Notify != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(s.options.Notify), nil))
	}
	s.tell(topic, "ReleaseEnded", "release", s.options.Environment.ReleaseMachine())
	s.tell(topic, "TeardownEnded", "teardown", s.options.Environment.TeardownMachine())
	return topic
}

func (s *stack) admit(topic awssns.Topic, service string, only map[string]map[string]string) {
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Publish" + service),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service+".amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  jsii.Strings(*topic.TopicArn()),
		Conditions: conditions(only, nil),
	}))
}

// tell sends one message for each end of a machine. An event without an error leaves its place empty.
func (s *stack) tell(topic awssns.Topic, id, what, machine string) {
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
			Id: jsii.String("Topic"), Arn: topic.TopicArn(),
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
