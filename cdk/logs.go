package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// logs holds the stack's log groups. The functions share one, so that a release can be read from
// start to end in one place.
type logs struct {
	steps     awslogs.LogGroup
	instances awslogs.LogGroup
	machines  awslogs.LogGroup
}

func (s *stack) addLogs() {
	prefix := "/photogallery/" + string(s.options.Environment)
	s.logs = logs{
		steps:     s.logGroup("StepLogs", prefix+"/steps"),
		instances: s.logGroup("InstanceLogs", prefix+"/instances"),
		// With this prefix Step Functions needs no resource policy of the account, which has few.
		// https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
		machines: s.logGroup("MachineLogs", "/aws/vendedlogs/states"+prefix),
	}
}

func (s *stack) logGroup(id, name string) awslogs.LogGroup {
	group := awslogs.NewLogGroup(s.scope, jsii.String(id), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String(name),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(s.options.LogDays))
	return group
}
