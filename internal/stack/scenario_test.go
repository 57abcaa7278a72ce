package stack

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

const (
	bakePath   = " FindImage LaunchBuilder AwaitBuild CreateImage CheckImage TerminateBuilder"
	entrance   = " EnsureLoadBalancer EnsureListener CheckLoadBalancer"
	firstFleet = " EnsureTemplate FindGroup CreateGroup CheckFleet Verify"
	rolled     = " EnsureTemplate FindGroup GuardRefresh StartRefresh CheckRefresh VerifyBaking CheckBake"
	finish     = " EnsureScaling ScheduleTeardown Promote Retire Unlock Succeeded"
	undone     = " Undo UnlockFailed FailedClean"
	swept      = " SweepSchedules SweepRefresh SweepAlias SweepGroup SweepLoadBalancer SweepAlarms SweepTemplate SweepImages SweepBuilders VerifyNothingLeft Unlock Succeeded"
)

func TestFirstReleaseServes(t *testing.T) {
	for name, input := range map[string]string{"an empty input": `{}`, "the console's input": `{"Comment": "Insert your JSON here"}`} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", input).ends("Succeeded").follows("Plan Lock" + bakePath + entrance + firstFleet + finish)
				e.serves("r1", 2)
			})
		})
	}
}

func TestUnchangedContentIsNotBakedAgain(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		image := e.current().Image
		e.release("r2", `{"version": "2"}`).ends("Succeeded").follows("Plan Lock FindImage" + entrance + secondFleet + shifted + takenOver)
		e.serves("r2", 2)
		if e.current().Image != image {
			t.Errorf("image %s, want %s reused", e.current().Image, image)
		}
	})
}

func TestRebakedReleaseRollsTheFleetAndRollsBack(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		former := e.current().Image
		e.release("r2", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded").follows("Plan Lock" + bakePath + entrance + rolled + finish)
		e.serves("r2", 2)
		if e.current().Image == former || e.current().FormerImage != former {
			t.Errorf("recorded %+v, want a new image and %s as the former", e.current(), former)
		}
		e.release("r3", `{"strategy": "rolling", "image": "`+former+`"}`).ends("Succeeded").follows("Plan Lock FindImage" + entrance + rolled + finish)
		e.serves("r3", 2)
		if e.current().Image != former {
			t.Errorf("image %s, want %s", e.current().Image, former)
		}
	})
}

func TestFailedFirstReleaseLeavesNothing(t *testing.T) {
	tests := map[string]struct {
		behavior machine.Behavior
		path     string
		words    []string
	}{
		"the build fails": {machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit 7"},
			" FindImage LaunchBuilder AwaitBuild" + entrance, []string{"BuildFailed", "install.sh: exit 7"}},
		"the builder dies": {machine.Behavior{Build: machine.BuilderDies},
			" FindImage LaunchBuilder AwaitBuild" + entrance, []string{"BuilderDied"}},
		"the builder says nothing": {machine.Behavior{Build: machine.BuildSilent},
			" FindImage LaunchBuilder AwaitBuild" + entrance, []string{"BuildFailed", "reported nothing", "install.sh"}},
		"the image fails": {machine.Behavior{CaptureFails: true},
			" FindImage LaunchBuilder AwaitBuild CreateImage CheckImage" + entrance, []string{"ImageFailed"}},
		"no instance ever answers": {machine.Behavior{NeverHealthy: true},
			bakePath + entrance + firstFleet, []string{"VerifyFailed", "Target.ResponseCodeMismatch"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.behave = func(machine.Spec) machine.Behavior { return test.behavior }
				e.release("r1", `{}`).ends("FailedClean", test.words...).follows("Plan Lock" + test.path + undone)
				e.empty(0)
			})
		})
	}
}

// fleetBehaves lets the instances of a release's own image behave in another way than the rest.
func (e *environment) fleetBehaves(of string, as machine.Behavior) {
	e.behave = func(spec machine.Spec) machine.Behavior {
		if spec.Role == release.RoleFleet && spec.ImageTags[release.TagRelease] == of {
			return as
		}
		return machine.Behavior{}
	}
}

func TestFailedRollingReleaseLeavesTheFormerServing(t *testing.T) {
	tests := map[string]struct {
		behavior      machine.Behavior
		graceIsHealth bool
	}{
		"never healthy":                                     {machine.Behavior{NeverHealthy: true}, false},
		"unhealthy after three minutes":                     {machine.Behavior{UnhealthyAfter: 3 * time.Minute}, false},
		"never healthy, which the grace period hides":       {machine.Behavior{NeverHealthy: true}, true},
		"after three minutes, which the grace period hides": {machine.Behavior{UnhealthyAfter: 3 * time.Minute}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.Cloud.Fabric.Do(func() { e.Cloud.AutoScaling.SetGraceIsHealth(test.graceIsHealth || *graceIsHealth) })
				e.release("r1", `{}`).ends("Succeeded")
				e.fleetBehaves("r2", test.behavior)
				began := time.Now()
				e.release("r2", `{"strategy": "rolling", "rebake": true}`).ends("FailedClean", "Refresh", "Target.ResponseCodeMismatch")
				e.serves("r1", 2)
				e.Cloud.Fabric.Do(func() {
					if least, ok := e.Cloud.AutoScaling.MinServing(e.Settings.Environment.Name(), began); !ok || least < 2 {
						t.Errorf("only %d instances served at some instant", least)
					}
				})
			})
		})
	}
}

// breaksWhenVerified breaks every instance of a release right after the first look at it has found it
// good, and what replaces them too.
func (e *environment) breaksWhenVerified(of string) {
	var broken, seen atomic.Bool
	isOf := func(spec machine.Spec) bool {
		return spec.Role == release.RoleFleet && spec.ImageTags[release.TagRelease] == of
	}
	e.behave = func(spec machine.Spec) machine.Behavior {
		return machine.Behavior{NeverHealthy: isOf(spec) && broken.Load()}
	}
	e.Cloud.Fabric.Observe(func(call fabric.Call) {
		if call.Caller != "Verify" || seen.Swap(true) {
			return
		}
		e.Cloud.Fabric.After(time.Second, func() {
			broken.Store(true)
			for _, i := range e.Cloud.EC2.Instances() {
				if m, runs := i.Machine.(*machine.SimulatedMachine); runs {
					m.Break() // by then all are of the release
				}
			}
		})
	})
}

func TestReleaseThatBreaksDuringTheBakeIsRolledBack(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.breaksWhenVerified("r2")
		end := e.release("r2", `{"strategy": "rolling", "rebake": true}`).ends("FailedClean", "RefreshRolledBack")
		if !slices.Contains(e.Path(end.arn), "CheckBake") {
			t.Errorf("the release never baked: %v", e.Path(end.arn))
		}
		e.serves("r1", 2)
	})
}

func TestTeardownLeavesNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.teardown("t0", `{}`).ends("Succeeded").follows("PlanTeardown Lock ConfirmTeardown" + swept)
		e.release("r1", `{"ttl": "2h"}`).ends("Succeeded")
		e.teardown("t1", `{"Comment": "Insert your JSON here"}`).ends("Succeeded").follows("PlanTeardown Lock ConfirmTeardown" + swept)
		e.empty(1)
		e.release("r2", `{}`).ends("Succeeded").follows("Plan Lock FindImage" + entrance + firstFleet + finish)
		e.teardown("t2", `{"images": "delete"}`).ends("Succeeded")
		e.empty(0)
	})
}

func TestOtherZoneMakesUpForMissingCapacity(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetCapacity("us-east-1a", false) })
		e.release("r1", `{}`).ends("Succeeded")
		e.serves("r1", 2)
		for _, i := range e.instances(release.RoleFleet) {
			if i.Zone != "us-east-1b" {
				t.Errorf("instance %s is in %s, which has no capacity", i.ID, i.Zone)
			}
		}
	})
}

func TestExecutionsRunOneAtATime(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		first := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(time.Minute)
		e.release("r2", `{}`).ends("Busy", "r1").follows("Plan Lock Busy")
		waiting := e.start(e.StartRelease(t.Context(), "r3", `{"wait": true}`))
		e.await(first).ends("Succeeded")
		e.await(waiting).ends("Succeeded").follows("Plan Lock FindImage" + entrance + secondFleet + shifted + takenOver)
		e.serves("r3", 2)
	})
}

func TestAbortedReleaseIsSwept(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"while building": time.Minute, "while imaging": 4 * time.Minute, "while the fleet starts": 5*time.Minute + 10*time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
				time.Sleep(after)
				if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
					t.Fatal(err)
				}
				if end := e.await(execution); end.Status != "ABORTED" {
					t.Fatalf("the release ended %s", end.Status)
				}
				e.await(e.settled("undo-r1")).ends("Succeeded").follows("PlanTeardown Lock UndoAbandoned ConfirmTeardown Unlock Succeeded")
				e.empty(0)
				e.release("r2", `{}`).ends("Succeeded")
				e.serves("r2", 2)
			})
		})
	}
}

// settled returns the ARN of a teardown that a rule has started by now.
func (e *environment) settled(name string) string {
	e.Helper()
	synctest.Wait()
	return strings.Replace(e.Settings.TeardownMachine, ":stateMachine:", ":execution:", 1) + ":" + name
}

func TestThrottledReleaseLeavesTheFormerServing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DescribeInstanceRefreshes" && call.Caller == "CheckRefresh" {
				return nil, fabric.Errorf("Throttling", "Rate exceeded")
			}
			return next()
		})
		e.release("r2", `{"strategy": "rolling", "rebake": true}`).ends("FailedClean", "Throttled")
		e.serves("r1", 2)
	})
}

func TestTeardownStopsARunningRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(5 * time.Minute)
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if end := e.await(execution); end.Status != "ABORTED" {
			t.Errorf("the release ended %s", end.Status)
		}
		e.await(e.settled("undo-r1")).ends("Succeeded")
		e.empty(0)
	})
}

func TestTTLStaysUntilAReleaseNamesAnother(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"ttl": "3h", "minSize": 3, "maxSize": 4}`).ends("Succeeded")
		e.release("r2", `{"version": "2"}`).ends("Succeeded")
		e.serves("r2", 3)
		time.Sleep(4 * time.Hour)
		e.empty(1)
		e.release("r3", `{}`).ends("Succeeded")
		time.Sleep(24 * time.Hour)
		e.serves("r3", 3)
	})
}

func TestTTLTearsDownOnlyItsRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"ttl": "1h"}`).ends("Succeeded")
		e.release("r2", `{"version": "2", "ttl": "never"}`).ends("Succeeded")
		time.Sleep(2 * time.Hour)
		e.serves("r2", 2)
		e.teardown("late", `{"onlyIfServing": "r1"}`).ends("Succeeded").follows("PlanTeardown Lock ConfirmTeardown Unlock Succeeded")
		e.serves("r2", 2)
		e.release("r3", `{"ttl": "1h"}`).ends("Succeeded")
		time.Sleep(2 * time.Hour)
		e.empty(1)
	})
}

func TestReleaseOutOfTimeIsSwept(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		first := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(4 * time.Minute)
		var lifted atomic.Bool // until then the holder seems to run for ever, so that the others wait
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if !lifted.Load() && call.Operation.Name == "DescribeExecution" && call.Caller == "Lock" && err == nil {
				out.(*sfn.DescribeExecutionOutput).Status = types.ExecutionStatusRunning
			}
			return out, err
		})
		if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &first}); err != nil {
			t.Fatal(err)
		}
		if end := e.release("r2", `{"wait": true}`); end.Status != "TIMED_OUT" {
			t.Fatalf("the waiting release ended %s", end.Status)
		}
		lifted.Store(true)
		e.await(e.settled("undo-r2")).ends("Succeeded")
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.empty(0)
	})
}

func TestTrafficScalesTheGroupOutAndInAgain(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		began := time.Now()
		e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(60) })
		time.Sleep(40 * time.Minute)
		e.serves("r1", 5)
		e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(0.5) })
		time.Sleep(2 * time.Hour)
		e.serves("r1", 2)
		e.Cloud.Fabric.Do(func() {
			group := e.Settings.Environment.Name()
			if least, ok := e.Cloud.AutoScaling.MinServing(group, began); !ok || least < 2 {
				t.Errorf("only %d instances served at some instant", least)
			}
			var causes []string
			for _, activity := range e.Cloud.AutoScaling.Activities(group) {
				causes = append(causes, aws.ToString(activity.Cause))
			}
			log := strings.Join(causes, "\n")
			for _, words := range []string{"requests-high in state ALARM triggered policy scale-out", "idle in state ALARM triggered policy scale-in"} {
				if !strings.Contains(log, words) {
					t.Errorf("the activity log does not say %q:\n%s", words, log)
				}
			}
		})
	})
}
