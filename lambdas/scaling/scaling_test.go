package scaling

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"photogallery/release"
)

func TestMetricsHaveTheLoadBalancerDimensions(t *testing.T) {
	at := place{
		environment:  "main",
		loadBalancer: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/photogallery-main/50dc6c495c0c9188",
		targetGroup:  "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photogallery-main/73e2d6bc24d8a067",
	}
	got := map[string]string{}
	for _, dimension := range at.targets() {
		got[aws.ToString(dimension.Name)] = aws.ToString(dimension.Value)
	}
	want := map[string]string{
		"LoadBalancer": "app/photogallery-main/50dc6c495c0c9188",
		"TargetGroup":  "targetgroup/photogallery-main/73e2d6bc24d8a067",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// From n+1 instances to n each takes over a share of the load that at least doubles at n = 1.
func TestShrinkingByOneDoesNotCallForOneMore(t *testing.T) {
	if requestsLow*2 > requestsHigh || cpuLow*2 > cpuHigh {
		t.Errorf("requests %d to %d, CPU %d to %d", requestsLow, requestsHigh, cpuLow, cpuHigh)
	}
}

// A fleet that reports nothing is not busy: it shrinks to its minimum, and no refresh is rolled back.
func TestFleetWithoutDataShrinks(t *testing.T) {
	at := place{environment: "main", targetGroup: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photogallery-main/73e2d6bc24d8a067"}
	for _, alarm := range []*cloudwatch.PutMetricAlarmInput{at.unhealthyHosts(), at.requestsHigh(""), at.cpuHigh(""), at.idle(""), at.noHealthyHost(time.Now()), at.balancerErrors(time.Now())} {
		want := "notBreaching"
		if aws.ToString(alarm.AlarmName) == at.environment.Alarm(release.Blue, release.Idle) {
			want = "breaching"
		}
		if got := aws.ToString(alarm.TreatMissingData); got != want {
			t.Errorf("without data %s is %s, want %s", *alarm.AlarmName, got, want)
		}
	}
}
