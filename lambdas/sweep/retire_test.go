package sweep_test

import (
	"testing"
	"time"

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
