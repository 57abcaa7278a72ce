package main

import (
	"slices"
	"testing"
	"time"

	"photogallery/release"
)

// reaches waits until a release on the stack has been in a state.
func (a *amazon) reaches(name, state string) {
	a.Helper()
	arn := release.ExecutionOf(a.Settings.ReleaseMachine, name)
	for deadline := time.Now().Add(time.Minute); !slices.Contains(a.Path(arn), state); {
		if time.Now().After(deadline) {
			a.Fatalf("%s is never in %s: %v", name, state, a.Path(arn))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestPersonPromotesAndRollsBack(t *testing.T) {
	a := onAmazon(t)
	a.on("promote").wants(t, exitUsage, "no release is under way", "`gallery executions --stack "+deployedStack+"`")
	a.on("rollback").wants(t, exitUsage, "no release serves")
	a.on("promote", "r1").wants(t, exitUsage, `no release "r1"`)
	a.on("promote", "r1", "r2").wants(t, exitUsage, "one argument at most")
	a.on("release", "--name", "r1", "--detach").wants(t, 0)
	a.on("promote").wants(t, exitUsage, "nothing waits for a verdict: r1 is ", "to a second fleet")
	a.on("rollback", "r1").wants(t, exitUsage, "nothing waits for a verdict: r1 is ")
	a.on("execution", "r1").wants(t, 0)
	a.on("promote", "r1").wants(t, exitUsage, "r1 has ended", "`gallery execution r1")

	begin := func(name string, more ...string) {
		t.Helper()
		a.on(append([]string{"release", "--name", name, "--detach", "--rebake"}, more...)...).wants(t, 0)
	}
	begin("r2", "--approval", "--approval-timeout", "12h")
	a.reaches("r2", "AwaitApproval")
	a.on("promote").wants(t, 0, "promote of r2 is sent", "r2 succeeded in")

	begin("r3", "--bake-time", "20h")
	a.reaches("r3", "AwaitVerdict")
	a.on("rollback", "r3").wants(t, 0, "rollback of r3 is sent", "RolledBack: ", "rolled release r3 back while it had 100 % of the traffic")

	begin("r4", "--bake-time", "20h")
	a.reaches("r4", "AwaitVerdict")
	a.on("promote", "--detach").wants(t, 0, "promote of r4 is sent")
	a.on("execution", "r4").wants(t, 0, "r4 succeeded in")

	begin("r5", "--bake-time", "20h")
	a.reaches("r5", "AwaitVerdict")
	a.refuse("AWSEvents.PutEvents", "AccessDeniedException")
	a.on("rollback").wants(t, exitNothingUp, "EventBridge PutEvents", "permission")
	a.refuse("AWSEvents.PutEvents", "")
	a.on("rollback").wants(t, 0)
}
