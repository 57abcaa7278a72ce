package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// metricNamespace is the namespace of the metrics that the stack counts in its logs.
const metricNamespace = "Photogallery"

// addAlarms makes the stack's own alarms: two, because each metric of an alarm is billed for good. The
// dashboard's option adds one for each end. Releases make those that scale the fleet, guard a refresh
// and tell of an outage.
func (s *stack) addAlarms() {
	five := awscdk.Duration_Minutes(jsii.Number(5))
	s.alarm("trouble", "A step failed in a way that none of its errors foresees, or ran out of time; Lambda refused to run one; the budget could not be checked; or a teardown did not succeed, so that the environment may continue to cost money. "+
		"Look for ERROR and timeout in log group "+*s.logs.steps.LogGroupName()+", see in Step Functions how the last executions ended, and start another teardown if one has failed.",
		s.troubleMetric(five))
	s.alarm("dead-letters", "An event or a schedule could not be delivered: a teardown may not have started. Read the queue's message, fix what it says, start by hand what it would have started, and delete it.",
		s.deadLetters.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: five}))
	if s.options.Dashboard {
		s.addEndAlarms(five)
	}
}

// addEndAlarms makes the alarms for ends of executions, at most one for each end. Those of releases
// count the events that rules match, which distinguish a refusal from a failure. Those of
// teardowns, whose failures cost money, do not depend on events: they use Step Functions' own
// metrics.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
func (s *stack) addEndAlarms(period awscdk.Duration) {
	for _, one := range ends() {
		if one.alarm != "" {
			s.alarm(one.name, one.alarm, s.ruleMetric(one.name, period))
		}
	}
	for _, end := range []struct{ name, what, metric string }{
		{"teardown-failed", "has failed", "ExecutionsFailed"},
		{"teardown-timed-out", "ran out of time", "ExecutionsTimedOut"},
		{"teardown-stopped", "was stopped", "ExecutionsAborted"},
	} {
		s.alarm(end.name, "A teardown "+end.what+", so that the environment may continue to cost money. Open its execution in Step Functions, see how far it came, and start another one.",
			s.machineMetric(end.metric, s.options.Environment.TeardownMachine(), period))
	}
}

func (s *stack) alarm(name, description string, metric awscloudwatch.IMetric) {
	alarm := awscloudwatch.NewAlarm(s.scope, jsii.String("Alarm-"+name), &awscloudwatch.AlarmProps{
		AlarmName:          s.name(name),
		AlarmDescription:   jsii.String(description),
		Metric:             metric,
		Threshold:          jsii.Number(1),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(s.notifications.topic))
	alarm.AddOkAction(awscloudwatchactions.NewSnsAction(s.notifications.topic))
	s.alarms, s.alarmNames = append(s.alarms, alarm), append(s.alarmNames, *s.name(name))
}

func (s *stack) ruleMetric(rule string, period awscdk.Duration) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/Events"), MetricName: jsii.String("MatchedEvents"), Statistic: jsii.String("Sum"), Period: period,
		DimensionsMap: &map[string]*string{"RuleName": s.name(rule)},
	})
}

func (s *stack) machineMetric(name, machine string, period awscdk.Duration) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/States"), MetricName: jsii.String(name), Statistic: jsii.String("Sum"), Period: period,
		DimensionsMap: &map[string]*string{"StateMachineArn": jsii.String(s.machineARN(machine))},
	})
}

// troubleMetric counts what nobody foresees, in the logs of steps and of state machines. Lambda's own
// metric of errors would count each answer with a code, even a full zone, and that of throttles is for
// the whole account, or for one function.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
func (s *stack) troubleMetric(period awscdk.Duration) awscloudwatch.Metric {
	teardowns := pseudo().Replace(arn("states", "execution:"+s.options.Environment.TeardownMachine()+":*"))
	s.countTrouble("Throttled", s.logs.machines, `{ $.details.error = "Lambda.TooManyRequestsException" }`)
	s.countTrouble("FailedTeardowns", s.logs.machines,
		`{ ($.execution_arn = "`+teardowns+`") && (($.type = "ExecutionFailed") || ($.type = "ExecutionTimedOut") || ($.type = "ExecutionAborted")) }`)
	defects := s.countTrouble("Defects", s.logs.steps,
		`{ ($.code = "Unexpected") || ($.record.status = "timeout") || ($.record.status = "error") || (($.step = "CheckBudget") && ($.level = "ERROR")) }`)
	return defects.Metric(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: period})
}

func (s *stack) countTrouble(id string, group awslogs.LogGroup, pattern string) awslogs.MetricFilter {
	return group.AddMetricFilter(jsii.String(id), &awslogs.MetricFilterOptions{
		FilterPattern:   awslogs.FilterPattern_Literal(jsii.String(pattern)),
		MetricNamespace: jsii.String(metricNamespace),
		MetricName:      s.name("trouble"),
		MetricValue:     jsii.String("1"),
	})
}
