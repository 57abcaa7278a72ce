package balancer_test

import (
	"testing"

	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Another execution decides who serves once it has the lock.
func TestVisitorsAreMovedOnlyByTheHolderOfTheLock(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		in := balancer.ShiftTrafficInput{
			Call: step.Call{Execution: e.Settings.ReleaseMachine + ":r1"}, Plan: plan, Slot: release.Green, LoadBalancer: made.ARN,
		}
		e.WantCode(release.LockLost, balancer.ShiftTraffic, in)
		listener, err := balancer.Entrance(e.Context(), e.Clients.ELB, made.ARN)
		if err != nil || !balancer.ServesOnly(e.Settings, listener.DefaultActions[0], release.Blue) {
			t.Errorf("the listener forwards to %+v (%v)", listener, err)
		}
	})
}
