package cdk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"photogallery/cdk"
)

// alarmEvent is an event of CloudWatch.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func alarmEvent(alarm, former, state string) map[string]any {
	return map[string]any{
		"alarmName": alarm, "state": map[string]any{"value": state}, "previousState": map[string]any{"value": former},
		"configuration": map[string]any{"description": "Say \"what\"\nto do."},
	}
}

// messagesOf returns the messages of an event by the IDs of their targets.
func messagesOf(t *testing.T, made template, source string, detail map[string]any) map[string][]string {
	t.Helper()
	sent := map[string][]string{}
	for _, rule := range made.of("AWS::Events::Rule") {
		pattern := rule.Properties["EventPattern"].(map[string]any)
		if !slices.Contains(list(pattern["source"]), source) || !matches(made, pattern["detail"], detail) {
			continue
		}
		for _, target := range rule.Properties["Targets"].([]any) {
			target := target.(map[string]any)
			if transformer, isTold := target["InputTransformer"].(map[string]any); isTold {
				id := fmt.Sprint(target["Id"])
				sent[id] = append(sent[id], filled(made, transformer, detail))
			}
		}
	}
	return sent
}

// filled fills a template as EventBridge does: a value in a text as it is, and another one as JSON.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
func filled(made template, transformer, detail map[string]any) string {
	var text strings.Builder
	var inText bool
	rest := fmt.Sprint(resolve(made, transformer["InputTemplate"]))
	for rest != "" {
		place, after, _ := strings.Cut(rest[1:], ">")
		path, isPlace := transformer["InputPathsMap"].(map[string]any)[place]
		switch {
		case rest[0] != '<' || !isPlace:
			inText = inText != (rest[0] == '"')
			text.WriteByte(rest[0])
			rest = rest[1:]
			continue
		case inText:
			fmt.Fprint(&text, valueAt(detail, fmt.Sprint(path)))
		default:
			encoded, _ := json.Marshal(valueAt(detail, fmt.Sprint(path)))
			text.Write(encoded)
		}
		rest = after
	}
	return text.String()
}

func valueAt(detail map[string]any, path string) (value any) {
	value = detail
	for key := range strings.SplitSeq(strings.TrimPrefix(path, "$.detail."), ".") {
		value = value.(map[string]any)[key]
	}
	return value
}

func TestOutageIsToldWhenItBeginsAndWhenItIsOver(t *testing.T) {
	made := synthesize(t, "everything")
	for _, test := range []struct {
		alarm, former, state string
		topic, webhook       int
	}{
		{"no-healthy-host", "OK", "ALARM", 1, 1},
		{"green-no-healthy-host", "OK", "ALARM", 1, 1},
		{"balancer-errors", "INSUFFICIENT_DATA", "ALARM", 1, 1},
		{"balancer-errors", "ALARM", "OK", 1, 1},
		{"balancer-errors", "INSUFFICIENT_DATA", "OK", 0, 0}, // a release has made it
		{"requests-high", "OK", "ALARM", 0, 0},
		{"idle", "ALARM", "OK", 0, 0},
		{"teardown-failed", "OK", "ALARM", 0, 1}, // its own action tells the topic
		{"trouble", "OK", "ALARM", 0, 1},
		{"dead-letters", "ALARM", "OK", 0, 1},
	} {
		sent := messagesOf(t, made, "aws.cloudwatch", alarmEvent("photogallery-staging-"+test.alarm, test.former, test.state))
		if len(sent["Topic"]) != test.topic || len(sent["Webhook"]) != test.webhook {
			t.Errorf("that %s was %s and is %s sends %v", test.alarm, test.former, test.state, sent)
		}
		for _, text := range sent["Topic"] {
			if !strings.Contains(text, "photogallery-staging-"+test.alarm) || !strings.Contains(text, " is "+test.state) || !strings.Contains(text, "to do.") {
				t.Errorf("people read %q", text)
			}
		}
	}
	if sent := messagesOf(t, made, "aws.cloudwatch", alarmEvent("photogallery-main-balancer-errors", "OK", "ALARM")); len(sent) > 0 {
		t.Errorf("another environment's outage sends %v", sent)
	}
}

// A cause has quotation marks and lines of its own, and what a webhook gets has to be JSON.
func TestWebhookGetsJSONOfItsForm(t *testing.T) {
	for form, place := range map[string]string{"slack": "", "teams": "application/vnd.microsoft.card.adaptive"} {
		made := decode(t, raw(t, map[string]any{"environment": "staging", "webhook": form + ":photogallery/webhook"}))
		failed := ending{"release", "FAILED", "FailedClean", "BuildFailed: \"pip\" said\nno."}
		for _, sent := range []map[string][]string{
			messagesOf(t, made, "aws.states", failed.detail()),
			messagesOf(t, made, "aws.cloudwatch", alarmEvent("photogallery-staging-trouble", "OK", "ALARM")),
		} {
			if len(sent["Webhook"]) != 1 {
				t.Fatalf("%s gets %v", form, sent)
			}
			var posted map[string]any
			if err := json.Unmarshal([]byte(sent["Webhook"][0]), &posted); err != nil {
				t.Fatalf("%s gets %s: %v", form, sent["Webhook"][0], err)
			}
			text, isText := posted["text"].(string)
			if isText != (form == "slack") || isText && !strings.Contains(text, "staging") {
				t.Errorf("%s gets the text %q", form, text)
			}
			if attached := fmt.Sprint(posted["attachments"]); !strings.Contains(attached, place) || !strings.Contains(attached, "\"") || !strings.Contains(attached, "https://") {
				t.Errorf("%s gets %s", form, attached)
			}
		}
	}
}

// The template does not show the address of the webhook.
func TestWebhookAddressIsReadFromItsSecret(t *testing.T) {
	made := synthesize(t, "everything")
	destination := made.Resources[withPrefix(t, made, "AWS::Events::ApiDestination", "Webhook")]
	if got := destination.Properties["InvocationEndpoint"]; got != "{{resolve:secretsmanager:photogallery/webhook}}" {
		t.Errorf("the address is %v", got)
	}
	if others := synthesize(t, "defaults"); len(others.of("AWS::Events::ApiDestination"))+len(others.of("AWS::Events::Connection")) > 0 {
		t.Error("there is a webhook without the option")
	}
}

func TestGivenTopicGetsAllMessages(t *testing.T) {
	const given = "arn:aws:sns:us-east-1:123456789012:ops"
	made := decode(t, raw(t, map[string]any{"topic": given, "notify": "ops@example.com,me@example.com"}))
	if len(made.of("AWS::SNS::Topic"))+len(made.of("AWS::SNS::TopicPolicy")) > 0 {
		t.Error("the stack has a topic of its own")
	}
	for id, alarm := range made.of("AWS::CloudWatch::Alarm") {
		if fmt.Sprint(alarm.Properties["AlarmActions"]) != "["+given+"]" {
			t.Errorf("%s tells %v", id, alarm.Properties["AlarmActions"])
		}
	}
	for id, rule := range made.of("AWS::Events::Rule") {
		if target := rule.Properties["Targets"].([]any)[0].(map[string]any); target["Id"] == "Topic" && target["Arn"] != given {
			t.Errorf("%s tells %v", id, target["Arn"])
		}
	}
	if told := allowed(made, "TellerRole"); len(told) != 1 || !strings.HasPrefix(told[0], "sns:Publish "+given) {
		t.Errorf("the rules may %v", told)
	}
	var subscribed []string
	for _, one := range made.of("AWS::SNS::Subscription") {
		subscribed = append(subscribed, fmt.Sprint(one.Properties["Endpoint"], " to ", one.Properties["TopicArn"]))
	}
	if slices.Sort(subscribed); !slices.Equal(subscribed, []string{"me@example.com to " + given, "ops@example.com to " + given}) {
		t.Errorf("%v are subscribed", subscribed)
	}
}

func TestTopicAndWebhookHaveTheirForms(t *testing.T) {
	for value, taken := range map[string]bool{
		"topic arn:aws:sns:us-east-1:123456789012:ops": true, "topic arn:aws-cn:sns:cn-north-1:123456789012:Ops_1": true,
		"topic ops": false, "topic arn:aws:sqs:us-east-1:123456789012:ops": false, "topic arn:aws:sns:us-east-1:123456789012:ops.fifo": false,
		"webhook slack:photogallery/webhook": true, "webhook teams:a+b@c": true, "webhook photogallery/webhook": false,
		"webhook discord:x": false, "webhook slack:": false, "webhook slack:https://hooks.slack.com/services/T0/B0/x": false, "webhook slack:a}}": false,
	} {
		key, text, _ := strings.Cut(value, " ")
		if _, err := cdk.ParseOptions(map[string]any{key: text}); (err == nil) != taken {
			t.Errorf("%s: %v", value, err)
		}
	}
}
