package scaling

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/step"
)

func outages() []*cloudwatch.PutMetricAlarmInput {
	at := place{
		environment: "main", slot: "green",
		loadBalancer: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/photogallery-main/50dc6c495c0c9188",
		targetGroup:  "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/73e2d6bc24d8a067",
	}
	return []*cloudwatch.PutMetricAlarmInput{at.noHealthyHost(time.Now()), at.balancerErrors(time.Now())}
}

// The text goes into a message between quotation marks, and CloudWatch takes 1,024 characters of it.
func TestOutageSaysWhatToDoFirst(t *testing.T) {
	for _, alarm := range outages() {
		text := aws.ToString(alarm.AlarmDescription)
		for _, want := range []string{"gallery status --stack photogallery-main", "gallery logs --stack photogallery-main INSTANCE"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %s: %s", *alarm.AlarmName, want, text)
			}
		}
		if strings.ContainsAny(text, "\"\\\n<>") || len(text) > 1024 {
			t.Errorf("%s says %q", *alarm.AlarmName, text)
		}
		if len(alarm.AlarmActions)+len(alarm.OKActions) > 0 || *alarm.TreatMissingData != "notBreaching" {
			t.Errorf("%s is %+v", *alarm.AlarmName, alarm)
		}
	}
}

// A retry may not make another alarm, and the minutes before the fleet was healthy may not count.
func TestOutageIsCountedFromTheEndOfFiveMinutes(t *testing.T) {
	settings := step.Settings{Timings: step.DefaultTimings()}
	for now, want := range map[string]string{"10:00:00": "10:05:00", "10:04:59": "10:05:00", "10:05:00": "10:10:00"} {
		at, err := time.Parse(time.TimeOnly, now)
		if got := countedFrom(settings, at).Format(time.TimeOnly); err != nil || got != want {
			t.Errorf("at %s it is %s (%v), want %s", now, got, err, want)
		}
	}
	settings.Timings.Second /= 60 // the local mode
	if wait := time.Until(countedFrom(settings, time.Now())); wait > 5*time.Second {
		t.Errorf("at 60 times the pace it is %s later", wait)
	}
}

// A release into the other slot puts the same alarm of the load balancer.
func TestLoadBalancerHasOneAlarmWhateverTheSlot(t *testing.T) {
	alarm := outages()[1]
	if *alarm.AlarmName != "photogallery-main-balancer-errors" {
		t.Errorf("it is %s", *alarm.AlarmName)
	}
	for _, query := range alarm.Metrics[1:] {
		if of := query.MetricStat.Metric.Dimensions; len(of) != 1 || *of[0].Name != "LoadBalancer" || *of[0].Value != "app/photogallery-main/50dc6c495c0c9188" {
			t.Errorf("%s is of %+v", *query.Id, of)
		}
	}
	if *alarm.DatapointsToAlarm != 3 || *alarm.EvaluationPeriods != 5 || alarm.ComparisonOperator != types.ComparisonOperatorGreaterThanOrEqualToThreshold {
		t.Errorf("it is %+v", alarm)
	}
}
