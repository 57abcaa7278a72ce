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
	for _, service := range []string{"events", "cloudwatch"} {
		topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String("Publish" + service),
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String(service+".amazonaws.com"), nil)},
			Actions:    jsii.Strings("sns:Publish"),
			Resources:  jsii.Strings(*topic.TopicArn()),
			Conditions: conditions(map[string]map[string]string{"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}, nil),
		}))
	}
	if s.options.Notify != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(jsii.String(s.options.Notify), nil))
	}
	s.tell(topic, "ReleaseEnded", "release", s.options.Environment.ReleaseMachine())
	s.tell(topic, "TeardownEnded", "teardown", s.options.Environment.TeardownMachine())
	return topic
}

// tell sends one message for each end of a machine. An event without an error leaves its place empty.
func (s *stack) tell(topic awssns.Topic, id, what, machine string) {
	console := fmt.Sprintf("https://%s.console.aws.amazon.com/states/home?region=%[1]s#/v2/executions/details/<execution>", *awscdk.Aws_REGION())
	awsevents.NewCfnRule(s.scope, jsii.String(id), &awsevents.CfnRuleProps{
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
					what, s.options.Environment, console)),
			},
			DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
		}},
	})
}
