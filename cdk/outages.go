package cdk

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"photogallery/release"
)

// tellOutages sends a message when an outage begins and when it is over. The alarms of an outage are
// made by releases and have no actions. An OK action would send a message after each release,
// because a new alarm becomes OK, and an action would go to a former topic until the next release.
// CloudWatch guarantees the delivery of these events.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func (s *stack) tellOutages() {
	s.tell("Told-outage", "outage", "An outage has begun or is over", s.whenAlarms(s.options.Environment.Outages()), s.aboutAlarm(), true)
}

// tellAlarms sends what happens to the stack's own alarms to the webhook. The topic gets it from
// the alarms' actions.
func (s *stack) tellAlarms() {
	if s.notifications.webhook != nil {
		s.tell("Told-alarm", "alarm", "An alarm of the stack has begun or is over", s.whenAlarms(s.alarmNames), s.aboutAlarm(), false)
	}
}

// whenAlarms matches the beginning and the end of an alarm, and not that a new one is OK.
func (s *stack) whenAlarms(names []string) map[string]any {
	is := func(state string) map[string]any { return map[string]any{"value": []string{state}} }
	return map[string]any{
		"source": []string{"aws.cloudwatch"}, "detail-type": []string{release.AlarmStateEvent},
		"account": []*string{awscdk.Aws_ACCOUNT_ID()},
		"detail": map[string]any{
			"alarmName": names,
			"$or":       []any{map[string]any{"state": is("ALARM")}, map[string]any{"state": is("OK"), "previousState": is("ALARM")}},
		},
	}
}

func (s *stack) aboutAlarm() message {
	return message{
		text: fmt.Sprintf("Alarm <alarm> of environment %s is <state>: <about>", s.options.Environment), free: "about",
		link:  s.console + "cloudwatch/home?region=" + *awscdk.Aws_REGION() + "#alarmsV2:alarm/<alarm>",
		paths: map[string]string{"alarm": "$.detail.alarmName", "state": "$.detail.state.value", "about": "$.detail.configuration.description"},
	}
}
