package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// metricNamespace is where the last step of an execution counts its end.
const metricNamespace = "Photogallery"

// addAlarms makes the stack's own alarms. Those that scale the fleet and guard a refresh are the
// release's.
func (s *stack) addAlarms(topic awssns.Topic) {
	five := awscdk.Duration_Minutes(jsii.Number(5))
	s.alarm(topic, "left-behind", "A release or teardown left something behind that may cost money. Its execution's cause names it; start a teardown to remove it, and look again.",
		s.endMetric("FailedDirty", five))
	s.alarm(topic, "teardown-failed", "A teardown has failed, so that the environment may go on costing money. Open its execution in Step Functions, read the cause, and start another one.",
		s.machineMetric("ExecutionsFailed", s.options.Environment.TeardownMachine(), five))
	s.alarm(topic, "step-defect", "A step failed in a way that none of its errors foresees, or ran out of time. Look for ERROR and timeout in log group "+*s.logs.steps.LogGroupName()+".",
		s.defectMetric(five))
	s.alarm(topic, "throttled", "Lambda refuses invocations of this account: its concurrency is used up, and releases wait. Ask for a higher quota of concurrent executions, or find the function that takes it.",
		awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/Lambda"), MetricName: jsii.String("Throttles"), Statistic: jsii.String("Sum"), Period: five,
		}))
	s.alarm(topic, "dead-letters", "An event or a schedule could not be delivered: a teardown may not have started. Read the queue's message, mend what it says, start by hand what it would have started, and delete it.",
		s.deadLetters.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: five}))
	s.alarm(topic, "release-failed", "A release has failed. The former one goes on serving; the execution's cause says why, and what to do.",
		s.machineMetric("ExecutionsFailed", s.options.Environment.ReleaseMachine(), five))
}

func (s *stack) alarm(topic awssns.Topic, name, description string, metric awscloudwatch.IMetric) {
	alarm := awscloudwatch.NewAlarm(s.scope, jsii.String("Alarm-"+name), &awscloudwatch.AlarmProps{
		AlarmName:          s.name(name),
		AlarmDescription:   jsii.String(description),
		Metric:             metric,
		Threshold:          jsii.Number(1),
		EvaluationPeriods:  jsii.Number(1),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	alarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(topic))
	s.alarms = append(s.alarms, alarm)
}

func (s *stack) endMetric(name string, period awscdk.Duration) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(metricNamespace), MetricName: jsii.String(name), Statistic: jsii.String("Sum"), Period: period,
		DimensionsMap: &map[string]*string{"Environment": jsii.String(string(s.options.Environment))},
	})
}

func (s *stack) machineMetric(name, machine string, period awscdk.Duration) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/States"), MetricName: jsii.String(name), Statistic: jsii.String("Sum"), Period: period,
		DimensionsMap: &map[string]*string{"StateMachineArn": jsii.String(s.machineARN(machine))},
	})
}

// defectMetric counts what no Retry and no Catch of a release expects. Lambda's own Errors would count
// each answer that has a code, a full zone included.
// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
func (s *stack) defectMetric(period awscdk.Duration) awscloudwatch.Metric {
	filter := s.logs.steps.AddMetricFilter(jsii.String("Defects"), &awslogs.MetricFilterOptions{
		FilterPattern:   awslogs.FilterPattern_Literal(jsii.String(`{ ($.code = "Unexpected") || ($.record.status = "timeout") || ($.record.status = "error") }`)),
		MetricNamespace: jsii.String(metricNamespace),
		MetricName:      s.name("step-defects"),
		MetricValue:     jsii.String("1"),
	})
	return filter.Metric(&awscloudwatch.MetricOptions{Statistic: jsii.String("Sum"), Period: period})
}
