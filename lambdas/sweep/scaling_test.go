package sweep_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/scaling"
	"photogallery/release"
)

func (e environment) desired() int {
	e.Helper()
	group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Name())
	if err != nil || group == nil {
		e.Fatal(group, err)
	}
	return int(aws.ToInt32(group.DesiredCapacity))
}

func (e environment) traffic(perSecond float64, span time.Duration) {
	e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(perSecond) })
	time.Sleep(span)
}

func TestFleetFollowsItsLoad(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		time.Sleep(time.Hour)
		if n := e.desired(); n != 2 {
			t.Errorf("an idle fleet has %d instances, want 2", n)
		}
		e.traffic(30, 30*time.Minute)
		if n := e.desired(); n != 5 {
			t.Errorf("a fleet under load has %d instances, want 5", n)
		}
		// Half of the mark for one instance more: no reason to grow, none to shrink.
		e.traffic(12, time.Hour)
		if n := e.desired(); n != 5 {
			t.Errorf("a fleet under some load has %d instances, want 5", n)
		}
		e.traffic(0, 2*time.Hour)
		if n := e.desired(); n != 2 {
			t.Errorf("after the load there are %d instances, want 2", n)
		}
	})
}

// Between a look at the group and its change the alarms' policies go on working.
func TestBoundsTakeNothingBackThatAPolicyDoesMeanwhile(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		grown := false
		e.Cloud.Fabric.Intercept(func(ctx context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "UpdateAutoScalingGroup" && !grown {
				grown = true
				if _, err := e.Clients.AutoScaling.UpdateAutoScalingGroup(e.Context(), &autoscaling.UpdateAutoScalingGroupInput{
					AutoScalingGroupName: aws.String(e.Settings.Environment.Name()), DesiredCapacity: aws.Int32(4),
				}); err != nil {
					t.Error(err)
				}
			}
			return next()
		})
		e.scale("r1", m)
		if n := e.desired(); n != 4 {
			t.Errorf("%d instances are wanted, and a policy wanted 4", n)
		}
		narrow := plan("r1")
		narrow.MaxSize = 3
		run[struct{}](e, scaling.EnsureScaling, scaling.EnsureScalingInput{Call: call("r1"), Plan: narrow, LoadBalancer: m.entrance.ARN})
		if n := e.desired(); n != 3 {
			t.Errorf("%d instances are wanted with at most 3", n)
		}
	})
}

func TestGuardRollsBackAnUnhealthyVersion(t *testing.T) {
	inEnvironment(t, func(e environment) {
		former := e.serve("r1")
		m := e.roll("sick-r2")
		in := fleet.CheckRefreshInput{Call: call("sick-r2"), Plan: plan("sick-r2"), Refresh: m.refresh.Refresh, Deadline: m.refresh.Deadline}
		started := time.Now()
		for e.Try(fleet.CheckRefresh, in, &fleet.Refresh{}) == nil {
			time.Sleep(15 * time.Second)
		}
		e.WantCode(release.RefreshRolledBack, fleet.CheckRefresh, in)
		if took := time.Since(started); took > 20*time.Minute {
			t.Errorf("the guard took %s", took)
		}
		verdict := balancer.VerifyInput{
			Plan: plan("r1"), URL: former.entrance.URL, Host: former.entrance.Host, TemplateVersion: former.template.Version, Deadline: time.Now().Add(time.Hour),
		}
		for !run[balancer.Verdict](e, balancer.Verify, verdict).Verified {
			time.Sleep(15 * time.Second)
		}
	})
}

func TestRefreshDoesNotStartUnderAnActiveAlarm(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.first("sick-r1")
		e.scale("sick-r1", m)
		guard := e.Settings.Environment.Alarm(release.Blue, release.UnhealthyHosts)
		for state := ""; state != "ALARM"; time.Sleep(time.Minute) {
			e.Cloud.Fabric.Do(func() { state, _ = e.Cloud.CloudWatch.AlarmState(guard) })
		}
		next := e.template("r2", m.image)
		message := e.WantCode(release.RefreshFailed, fleet.StartRefresh, fleet.StartRefreshInput{
			Call: call("r2"), Plan: plan("r2"), TemplateID: next.ID, TemplateVersion: next.Version, Alarms: []string{guard},
		})
		if message == "" {
			t.Error("there is no remedy")
		}
	})
}

// A bundle may take a minute to answer, provision.sh says, and its instance has booted before that.
func TestSlowStartDoesNotRollBackARefresh(t *testing.T) {
	for _, starts := range []time.Duration{40 * time.Second, 75 * time.Second, 105 * time.Second} {
		for _, phase := range []time.Duration{0, 20 * time.Second, 40 * time.Second} {
			slow := func(machine.Spec) machine.Behavior { return machine.Behavior{HealthyAfter: starts} }
			steptest.In(t, slow, func(plain steptest.Environment) {
				e := environment{plain}
				e.serve("r1")
				time.Sleep(phase)
				e.awaitRefresh("r2", e.roll("r2"), "Successful")
			})
		}
	}
}
