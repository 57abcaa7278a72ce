package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// sleepRule tears the gallery down when its visits have ended. A new alarm, which is in ALARM at once,
// was not OK before.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func (s *stack) sleepRule(role awsiam.IRole) {
	if s.options.SleepAfter == 0 {
		return
	}
	environment := s.options.Environment
	is := func(state string) map[string]any { return map[string]any{"value": []string{state}} }
	awsevents.NewCfnRule(s.scope, jsii.String("Unvisited"), &awsevents.CfnRuleProps{
		Name:        s.name("unvisited"),
		Description: jsii.String("Nobody visits the gallery any more"),
		EventPattern: map[string]any{
			"source": []string{"aws.cloudwatch"}, "detail-type": []string{release.AlarmStateEvent},
			"account": []*string{awscdk.Aws_ACCOUNT_ID()},
			"detail": map[string]any{
				"alarmName": []string{environment.UnvisitedAlarm()}, "state": is("ALARM"), "previousState": is("OK"),
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Teardown"), Arn: jsii.String(s.machineARN(environment.TeardownMachine())), RoleArn: role.RoleArn(),
			Input:            jsii.String(release.SleepRequest),
			DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
		}},
	})
}
