package stack

import (
	"context"
	"io"
	"testing"
	"time"

	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// checks wants the health check path of a slot, and the seconds for which its group lets an instance be.
func (e *environment) checks(slot release.Slot, path string, grace int32) {
	e.Helper()
	e.Cloud.Fabric.Do(func() {
		if got := e.Cloud.ELB.HealthPath(e.Settings.Targets(slot)); got != path {
			e.Errorf("slot %s is checked at %s, want %s", slot, got, path)
		}
	})
	group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Group(slot))
	if err != nil || group == nil || *group.HealthCheckGracePeriod != grace || *group.DefaultInstanceWarmup != grace-180 {
		e.Errorf("slot %s has the group %+v, %v; want a grace period of %d seconds, three minutes more than its warm-up", slot, group, err, grace)
	}
}

// needing packs folders that are named after the path that answers.
func needing(_ context.Context, folder string, to io.Writer) (release.Needs, error) {
	if _, err := io.WriteString(to, folder); err != nil || folder == "plain" {
		return release.Needs{}, err
	}
	return release.NewNeeds("/"+folder, 3*time.Minute)
}

func TestFleetIsCheckedAsItsBundleNeeds(t *testing.T) {
	inVirtualTimeWith(t, Options{Pack: needing}, func(t *testing.T, e *environment) {
		e.release("r1", `{"bundle": "healthz"}`).ends("Succeeded")
		e.checks(release.Blue, "/healthz", 420)
		e.release("r2", `{"bundle": "ready"}`).ends("Succeeded")
		e.checks(release.Green, "/ready", 420)
		e.release("r3", `{"rebake": true}`).ends("Succeeded") // what was released last
		e.checks(release.Blue, "/ready", 420)

		e.fleetBehaves("r4", machine.Behavior{NeverHealthy: true})
		e.release("r4", `{"bundle": "plain"}`).ends("FailedClean", "GET / has to answer 200 by itself, without a redirect or a sign-in")
		e.serves("r3", 2)
		e.checks(release.Blue, "/ready", 420)

		e.release("r5", `{"bundle": "plain"}`).ends("Succeeded")
		e.checks(release.Green, "/", 300)
		e.release("r6", `{"image": "`+e.current().FormerImage+`"}`).ends("Succeeded")
		e.checks(release.Blue, "/ready", 420)
	})
}

// A refresh would let the new path be asked of the former version.
func TestRollingReleaseKeepsHowItsFleetIsChecked(t *testing.T) {
	inVirtualTimeWith(t, Options{Pack: needing}, func(t *testing.T, e *environment) {
		e.release("r1", `{"bundle": "healthz", "strategy": "rolling"}`).ends("Succeeded")
		e.release("r2", `{"bundle": "plain", "strategy": "rolling", "minSize": 9}`).ends("FailedClean",
			`"rolling" keeps the fleet that serves, with HealthPath=/healthz and StartupTime=3m0s, and this bundle has HealthPath=/ and StartupTime=1m0s; give blueGreen`, "minSize: 9")
		e.release("r3", `{"rebake": true, "strategy": "rolling"}`).ends("Succeeded")
		e.serves("r3", 2)
		e.checks(release.Blue, "/healthz", 420)
		e.teardown("t1", `{}`).ends("Succeeded")
		e.release("r4", `{"bundle": "plain", "strategy": "rolling"}`).ends("Succeeded")
		e.checks(release.Blue, "/", 300)
	})
}
