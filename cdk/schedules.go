package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// addScheduleGroup makes the group of all schedules, including those of a ttl.
func (s *stack) addScheduleGroup() {
	s.scheduleGroup = awsscheduler.NewCfnScheduleGroup(s.scope, jsii.String("Schedules"), &awsscheduler.CfnScheduleGroupProps{
		Name: jsii.String(s.options.Environment.Name()),
	})
}

// addSchedules adds the nightly teardown, the morning release and the rebake. They are deleted first when the
// stack is destroyed, so that none of them starts a release while the destroyer tears down.
func (s *stack) addSchedules(destroyer awscdk.CustomResource) {
	environment := s.options.Environment
	s.schedule("NightlyTeardown", "nightly", s.options.NightlyTeardown, environment.TeardownMachine(), "", destroyer)
	s.schedule("MorningRelease", "morning", s.options.MorningRelease, environment.ReleaseMachine(), "", destroyer)
	s.schedule("Rebake", "rebake", s.options.Rebake, environment.ReleaseMachine(), ", "+release.RebakeField, destroyer)
}

func (s *stack) schedule(id, name, expression, machine, more string, destroyer awscdk.CustomResource) {
	if expression == "" {
		return
	}
	schedule := awsscheduler.NewCfnSchedule(s.scope, jsii.String(id), &awsscheduler.CfnScheduleProps{
		Name:                       s.name(name),
		GroupName:                  s.scheduleGroup.Ref(),
		ScheduleExpression:         jsii.String(expression),
		ScheduleExpressionTimezone: jsii.String(s.options.TimeZone),
		FlexibleTimeWindow:         &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn:              jsii.String(s.machineARN(machine)),
			RoleArn:          s.roles.schedule.RoleArn(),
			Input:            jsii.String(`{"by": "the schedule ` + *s.name(name) + `"` + more + `}`),
			DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: s.deadLetters.QueueArn()},
			RetryPolicy:      &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumEventAgeInSeconds: jsii.Number(3600), MaximumRetryAttempts: jsii.Number(20)},
		},
	})
	schedule.Node().AddDependency(destroyer)
}
