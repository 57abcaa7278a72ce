package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

func (s *stack) addRules() {
	s.eventRule("Resume", "BuildResult", "build-result", "A builder has finished", map[string]any{
		"source": []string{s.options.Environment.BuildSource()}, "detail-type": []string{release.BuildResultEvent},
		"account": []*string{awscdk.Aws_ACCOUNT_ID()},
	})
	// EC2's events have no tags. The function checks whether the instance is a builder.
	s.eventRule("Resume", "BuilderGone", "builder-gone", "An instance has ended, perhaps a builder", map[string]any{
		"source": []string{"aws.ec2"}, "detail-type": []string{release.InstanceStateEvent},
		"detail": map[string]any{"state": release.EndingStates()},
	})
	s.eventRule("Decide", "Verdict", "verdict", "A person has decided about a release", map[string]any{
		"source": []string{s.options.Environment.VerdictSource()}, "detail-type": []string{release.VerdictEvent},
		"account": []*string{awscdk.Aws_ACCOUNT_ID()},
	})
	starter := s.teardownStarter()
	s.undoRule(starter)
	s.sleepRule(starter)
	if s.options.Budget != "" {
		s.functionRule("CheckBudget", "BudgetCheck", "budget-check", awsevents.CfnRuleProps{
			Description: jsii.String("The budget is checked each hour"), ScheduleExpression: jsii.String("rate(1 hour)"),
		})
	}
}

// teardownStarter is the role of the rules that start teardowns.
func (s *stack) teardownStarter() awsiam.IRole {
	rules := []string{s.ruleARN("abandoned")}
	if s.options.SleepAfter > 0 {
		rules = append(rules, s.ruleARN("unvisited"))
	}
	return s.roleOf("AbandonedRole", s.forRules(rules...), "Starts the teardown of one release", []Statement{
		{Actions: []string{"states:StartExecution"}, Resources: []string{arn("states", "stateMachine:"+s.options.Environment.TeardownMachine())}},
	})
}

func (s *stack) eventRule(step, id, name, description string, pattern map[string]any) {
	s.functionRule(step, id, name, awsevents.CfnRuleProps{Description: jsii.String(description), EventPattern: pattern})
}

// functionRule lets the rule invoke the function's new version before the rule targets it:
// EventBridge does not retry an event that it may not deliver. The rule has a fixed name, so that
// the permission can name it and still come first.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
func (s *stack) functionRule(step, id, name string, of awsevents.CfnRuleProps) {
	function := s.functions[step]
	permission := awslambda.NewCfnPermission(s.scope, jsii.String(id+"Permission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: function.FunctionArn(),
		Principal: jsii.String("events.amazonaws.com"), SourceArn: jsii.String(s.ruleARN(name)),
	})
	of.Name = s.name(name)
	of.Targets = []any{&awsevents.CfnRule_TargetProperty{
		Id: jsii.String(step), Arn: function.FunctionArn(), DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
	}}
	rule := awsevents.NewCfnRule(s.scope, jsii.String(id), &of)
	rule.Node().AddDependency(permission)
}

func (s *stack) ruleARN(name string) string {
	return pseudo().Replace(arn("events", "rule/"+*s.name(name)))
}

// undoRule undoes a release whose end no Catch sees: stopped, out of time, or failed outside of a
// state.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func (s *stack) undoRule(role awsiam.IRole) {
	teardown := s.machineARN(s.options.Environment.TeardownMachine())
	failed := func(what map[string]any) map[string]any {
		return map[string]any{"status": []string{"FAILED"}, "error": []any{what}}
	}
	awsevents.NewCfnRule(s.scope, jsii.String("Abandoned"), &awsevents.CfnRuleProps{
		Name:        s.name("abandoned"),
		Description: jsii.String("A release ended without undoing itself"),
		EventPattern: map[string]any{
			"source": []string{"aws.states"}, "detail-type": []string{release.ExecutionStatusEvent},
			"detail": map[string]any{
				"stateMachineArn": []string{s.machineARN(s.options.Environment.ReleaseMachine())},
				"$or": []any{
					map[string]any{"status": []string{"ABORTED", "TIMED_OUT"}},
					failed(map[string]any{"exists": false}),
					failed(map[string]any{"anything-but": release.Ends()}),
				},
			},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: jsii.String("Teardown"), Arn: jsii.String(teardown), RoleArn: role.RoleArn(),
			InputTransformer: &awsevents.CfnRule_InputTransformerProperty{
				InputPathsMap: map[string]*string{"release": jsii.String("$.detail.name")},
				InputTemplate: jsii.String(`{"scope": "release", "release": "<release>"}`),
			},
			DeadLetterConfig: s.deadLetterConfig(), RetryPolicy: retries(),
		}},
	})
}

// forRules trusts EventBridge only for these rules.
func (s *stack) forRules(arns ...string) awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnEquals":    {"aws:SourceArn": anyOf(arns...)},
		}, nil),
	})
}

func retries() *awsevents.CfnRule_RetryPolicyProperty {
	return &awsevents.CfnRule_RetryPolicyProperty{MaximumEventAgeInSeconds: jsii.Number(3600), MaximumRetryAttempts: jsii.Number(20)}
}

func (s *stack) deadLetterConfig() *awsevents.CfnRule_DeadLetterConfigProperty {
	return &awsevents.CfnRule_DeadLetterConfigProperty{Arn: s.deadLetters.QueueArn()}
}

// addDeadLetters makes the queue of events that EventBridge or Scheduler could not deliver.
func (s *stack) addDeadLetters() {
	s.deadLetters = awssqs.NewQueue(s.scope, jsii.String("DeadLetters"), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
		RemovalPolicy:   awscdk.RemovalPolicy_DESTROY,
	})
	s.deadLetters.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("Rules"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  jsii.Strings(*s.deadLetters.QueueArn()),
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnLike":      {"aws:SourceArn": s.ruleARN("*")},
		}, nil),
	}))
}
