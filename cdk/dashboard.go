package cdk

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// addDashboard shows releases, fleets, load balancer and alarms. A release after a teardown makes a
// new load balancer, so its metrics are searched for by the target groups, which stay. A slot
// without a fleet has no line.
func (s *stack) addDashboard() {
	if !s.options.Dashboard {
		return
	}
	s.dashboard = awscloudwatch.NewDashboard(s.scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		DashboardName:   jsii.String(s.options.Environment.Name()),
		DefaultInterval: awscdk.Duration_Hours(jsii.Number(3)),
	})
	s.dashboard.AddWidgets(s.releaseGraph(), s.alarmWidget())
	s.dashboard.AddWidgets(
		s.searchGraph("Requests per target", "Sum", "RequestCountPerTarget"),
		s.searchGraph("Response time, s", "p99", "TargetResponseTime"),
		s.searchGraph("Targets", "Maximum", "HealthyHostCount", "UnHealthyHostCount"),
	)
	s.dashboard.AddWidgets(
		s.searchGraph("Errors", "Sum", "HTTPCode_Target_5XX_Count"),
		s.cpuGraph(),
		s.stepGraph(),
	)
}

func (s *stack) releaseGraph() awscloudwatch.GraphWidget {
	period := awscdk.Duration_Minutes(jsii.Number(5))
	var metrics []awscloudwatch.IMetric
	for _, machine := range []string{s.options.Environment.ReleaseMachine(), s.options.Environment.TeardownMachine()} {
		for _, name := range []string{"ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut"} {
			metrics = append(metrics, s.machineMetric(name, machine, period))
		}
	}
	return graph("Releases and teardowns", 12, metrics)
}

func (s *stack) alarmWidget() awscloudwatch.AlarmStatusWidget {
	alarms := append([]interfacesawscloudwatch.IAlarmRef{}, s.alarms...)
	for _, name := range s.options.Environment.Alarms() {
		alarms = append(alarms, awscloudwatch.Alarm_FromAlarmArn(s.scope, jsii.String("Shown-"+name), jsii.String(pseudo().Replace(arn("cloudwatch", "alarm:"+name)))))
	}
	return awscloudwatch.NewAlarmStatusWidget(&awscloudwatch.AlarmStatusWidgetProps{
		Title: jsii.String("Alarms"), Alarms: &alarms, Width: jsii.Number(12), Height: jsii.Number(6),
	})
}

func (s *stack) searchGraph(title, statistic string, names ...string) awscloudwatch.GraphWidget {
	var metrics []awscloudwatch.IMetric
	for _, name := range names {
		metrics = append(metrics, search(release.Blue, s.storage.blue, name, statistic), search(release.Green, s.storage.green, name, statistic))
	}
	return graph(title, 8, metrics)
}

func search(slot release.Slot, of elb.ApplicationTargetGroup, name, statistic string) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Label: jsii.String(string(slot) + " " + name), Period: awscdk.Duration_Minutes(jsii.Number(1)), UsingMetrics: &map[string]awscloudwatch.IMetric{},
		Expression: jsii.String(fmt.Sprintf(`SEARCH('{AWS/ApplicationELB,LoadBalancer,TargetGroup} MetricName="%s" TargetGroup="%s"', '%s')`,
			name, *of.TargetGroupFullName(), statistic)),
	})
}

func (s *stack) cpuGraph() awscloudwatch.GraphWidget {
	var metrics []awscloudwatch.IMetric
	for _, slot := range release.Slots() {
		metrics = append(metrics, awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
			Namespace: jsii.String("AWS/EC2"), MetricName: jsii.String("CPUUtilization"), Statistic: jsii.String("Average"),
			Label: jsii.String(string(slot)), Period: awscdk.Duration_Minutes(jsii.Number(1)),
			DimensionsMap: &map[string]*string{"AutoScalingGroupName": jsii.String(s.options.Environment.Group(slot))},
		}))
	}
	return graph("CPU of the fleet, %", 8, metrics)
}

func (s *stack) stepGraph() awscloudwatch.GraphWidget {
	return graph("What nobody foresaw", 8, []awscloudwatch.IMetric{awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(metricNamespace), MetricName: s.name("trouble"), Statistic: jsii.String("Sum"),
		Period: awscdk.Duration_Minutes(jsii.Number(5)),
	})})
}

func graph(title string, width float64, metrics []awscloudwatch.IMetric) awscloudwatch.GraphWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(title), Left: &metrics, Width: jsii.Number(width), Height: jsii.Number(6),
	})
}
