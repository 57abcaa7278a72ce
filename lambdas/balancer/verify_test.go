package balancer_test

import (
	"strings"
	"testing"
	"time"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/release"
)

func TestVerifyCountsOnTheTargetsWhereFunctionsAreNotAdmitted(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		group(e)
		time.Sleep(5 * time.Minute)
		made.Host = "elsewhere.example"
		e.Settings.Closed = true
		if got := look(e, made, "1"); got != (balancer.Verdict{Verified: true, Healthy: 2}) {
			t.Errorf("got %+v", got)
		}
		if got := look(e, made, "2"); got.Verified {
			t.Errorf("with the former version's instances: %+v", got)
		}
	})
}

// At the deadline a replacement has just been registered, and of that AWS knows no trouble yet.
func TestVerifyRemembersWhyAReplacedTargetWasUnhealthy(t *testing.T) {
	failing := func(machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: true} }
	steptest.In(t, failing, func(e steptest.Environment) {
		made := entrance(e)
		group(e)
		time.Sleep(5 * time.Minute)
		seen := look(e, made, "1").LastUnhealthy
		e.Cloud.Fabric.Do(func() {
			for _, instance := range e.Cloud.EC2.Instances() {
				e.Cloud.EC2.Terminate(instance.ID)
			}
		})
		in := verify(made, "1", time.Now().Add(time.Hour))
		in.LastUnhealthy = seen
		for !strings.Contains(steptest.Run[balancer.Verdict](e, balancer.Verify, in).Reason, "initial") {
			time.Sleep(time.Second)
		}
		in.Deadline = time.Now().Add(-time.Second)
		if message := e.WantCode(release.VerifyFailed, balancer.Verify, in); !strings.Contains(message, "Target.ResponseCodeMismatch") {
			t.Errorf("%q does not say why", message)
		}
	})
}
