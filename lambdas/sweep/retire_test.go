package sweep_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/localcloud/elb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

// The idle slot has the release's own fleet until the release serves. Before it made that one, what an
// earlier run left there may go.
func TestFleetIsRetiredOnlyForTheReleaseThatServes(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		run[lock.Output](e, lock.Lock, lock.Input{Call: call("r2"), Release: "r2"})
		run[fleet.Fleet](e, fleet.CreateGroup, fleet.CreateGroupInput{
			Call: call("r2"), Plan: plan("r2"), Slot: release.Green, Size: 2, TemplateID: m.template.ID, TemplateVersion: m.template.Version,
		})
		in := sweep.RetireFleetInput{Call: call("r2"), Plan: plan("r2")}
		e.WantCode(release.LockLost, sweep.RetireFleet, in)
		if there, err := fleet.Group(e.Context(), e.Clients.AutoScaling, "photogallery-main-green"); err != nil || there == nil || fleet.IsDeleting(there) {
			t.Errorf("the release's own fleet is %+v, %v", there, err)
		}
		in.Left = true
		for !run[sweep.Progress](e, sweep.RetireFleet, in).Done {
			time.Sleep(10 * time.Second)
		}
		if left, err := fleet.Group(e.Context(), e.Clients.AutoScaling, "photogallery-main-green"); err != nil || left != nil {
			t.Errorf("the fleet that was left is %+v, %v", left, err)
		}
	})
}

// A fleet may still answer requests that began before visitors were led away.
func TestFleetDrainsBeforeItIsDeleted(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		run[lock.Output](e, lock.Lock, lock.Input{Call: call("r2"), Release: "r2"})
		run[fleet.Fleet](e, fleet.CreateGroup, fleet.CreateGroupInput{
			Call: call("r2"), Plan: plan("r2"), Slot: release.Green, Size: 2, TemplateID: m.template.ID, TemplateVersion: m.template.Version,
		})
		run[balancer.Shift](e, balancer.ShiftTraffic, balancer.ShiftTrafficInput{Call: call("r2"), Plan: plan("r2"), Slot: release.Green, LoadBalancer: m.entrance.ARN})
		time.Sleep(5 * time.Minute)
		var draining []elb.Target
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DeleteAutoScalingGroup" {
				e.Cloud.Fabric.Do(func() { draining = e.Cloud.ELB.Targets(e.Settings.GreenTargetGroup) })
			}
			return next()
		})
		began, in := time.Now(), sweep.RetireFleetInput{Call: call("r2"), Plan: plan("r2"), Left: true}
		for !run[sweep.Progress](e, sweep.RetireFleet, in).Done {
			time.Sleep(10 * time.Second)
		}
		if took := time.Since(began); took < 30*time.Second {
			t.Errorf("the fleet was gone after %v, which is less than it drains", took)
		}
		if len(draining) > 0 {
			t.Errorf("targets %v still drain when the group is deleted", draining)
		}
	})
}

func TestScheduledActionFillsNoFleetThatDrains(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		run[lock.Output](e, lock.Lock, lock.Input{Call: call("r2"), Release: "r2"})
		run[fleet.Fleet](e, fleet.CreateGroup, fleet.CreateGroupInput{
			Call: call("r2"), Plan: plan("r2"), Slot: release.Green, Size: 2, TemplateID: m.template.ID, TemplateVersion: m.template.Version,
		})
		time.Sleep(5 * time.Minute)
		if _, err := e.Clients.AutoScaling.PutScheduledUpdateGroupAction(e.Context(), &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String("photogallery-main-green"), ScheduledActionName: aws.String("size-1"), Recurrence: aws.String("* * * * *"),
			MinSize: aws.Int32(6), MaxSize: aws.Int32(8),
		}); err != nil {
			t.Fatal(err)
		}
		began, in := time.Now(), sweep.RetireFleetInput{Call: call("r2"), Plan: plan("r2"), Left: true}
		for !run[sweep.Progress](e, sweep.RetireFleet, in).Done {
			if time.Sleep(10 * time.Second); time.Since(began) > 10*time.Minute {
				t.Fatal("the fleet is still there")
			}
		}
	})
}
