package balancer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/balancer/judge"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// beside puts a group of one into the green slot, and gives it a tenth of the traffic.
func beside(e steptest.Environment, made balancer.LoadBalancer) {
	e.Helper()
	blue, err := fleet.Group(e.Context(), e.Clients.AutoScaling, "photogallery-main")
	if err != nil || blue == nil {
		e.Fatalf("the group is %v, %v", blue, err)
	}
	_, err = e.Clients.AutoScaling.CreateAutoScalingGroup(e.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("photogallery-main-green"), MinSize: aws.Int32(1), MaxSize: aws.Int32(1),
		LaunchTemplate:    blue.LaunchTemplate,
		VPCZoneIdentifier: aws.String(strings.Join(e.Settings.PrivateSubnets, ",")),
		TargetGroupARNs:   []string{e.Settings.GreenTargetGroup}, HealthCheckType: aws.String("EC2"),
	})
	if err != nil {
		e.Fatal(err)
	}
	weigh(e, made, 0)
	time.Sleep(5 * time.Minute)
	weigh(e, made, 10)
}

func weigh(e steptest.Environment, made balancer.LoadBalancer, percent int32) {
	e.Helper()
	listener, err := balancer.Entrance(e.Context(), e.Clients.ELB, made.ARN)
	if err != nil || listener == nil {
		e.Fatalf("the listener is %v, %v", listener, err)
	}
	if _, err := e.Clients.ELB.ModifyListener(e.Context(), &elb.ModifyListenerInput{ListenerArn: listener.ListenerArn, DefaultActions: []elbtypes.Action{{
		Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: []elbtypes.TargetGroupTuple{
			{TargetGroupArn: &e.Settings.TargetGroup, Weight: aws.Int32(100 - percent)}, {TargetGroupArn: &e.Settings.GreenTargetGroup, Weight: aws.Int32(percent)},
		}},
	}}}); err != nil {
		e.Fatal(err)
	}
}

func TestWatchReadsWhatTheCloudCounts(t *testing.T) {
	tests := map[string]struct {
		fresh  machine.Behavior
		reason string // of the rejection, or "" if it passes
	}{
		"as good":   {machine.Behavior{}, ""},
		"errors":    {machine.Behavior{ErrorShare: 0.1}, "of the new fleet were errors (5xx), 0.0 % of"},
		"slow":      {machine.Behavior{ResponseTime: time.Second}, "of the new fleet took 1000 ms on average"},
		"unhealthy": {machine.Behavior{UnhealthyAfter: 8 * time.Minute}, "the new fleet has 0 healthy and 1 unhealthy targets"},
	}
	for name, test := range tests {
		var launched machine.Behavior
		steptest.In(t, func(machine.Spec) machine.Behavior { return launched }, func(e steptest.Environment) {
			made := entrance(e)
			group(e)
			time.Sleep(5 * time.Minute)
			e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(10) })
			launched = test.fresh
			beside(e, made)
			in := balancer.WatchTrafficInput{
				Plan: plan, LoadBalancer: made.ARN, Slot: release.Green, Percent: 10,
				Since: time.Now(), Until: time.Now().Add(6 * time.Minute),
			}
			time.Sleep(6 * time.Minute)
			watch := steptest.Run[balancer.Watch](e, balancer.WatchTraffic, in)
			if test.reason != "" {
				if watch.Outcome != judge.Fail || !strings.Contains(watch.Judgment, test.reason) {
					t.Errorf("%s: %s because %q, want %q", name, watch.Outcome, watch.Judgment, test.reason)
				}
				return
			}
			// Five or six whole minutes of sixty requests, as the minute began.
			if fresh := watch.Seen.New.Requests; !watch.Over || fresh < 290 || fresh > 370 || watch.Baseline.Former.Requests == 0 {
				t.Errorf("%s: %+v", name, watch)
			}
		})
	}
}
