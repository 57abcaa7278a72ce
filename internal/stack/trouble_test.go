package stack

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// refuses makes a step's calls of an operation fail with code until it is lifted.
func (e *environment) refuses(step, operation, code string) (lift func()) {
	return e.refusesAs(step, operation, func(fabric.Operation) error { return fabric.Errorf(code, "refused for the test") })
}

// denies makes a step's calls of an operation fail as if its role did not allow them, until it is lifted.
func (e *environment) denies(step, operation string) (lift func()) {
	return e.refusesAs(step, operation, fabric.Denied)
}

func (e *environment) refusesAs(step, operation string, refusal func(fabric.Operation) error) (lift func()) {
	var lifted atomic.Bool
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if !lifted.Load() && call.Caller == step && call.Operation.Name == operation {
			return nil, refusal(call.Operation)
		}
		return next()
	})
	return func() { lifted.Store(true) }
}

// refusesWith makes the first calls of an operation fail with an error until it is lifted.
func (e *environment) refusesWith(operation string, refusal error, times int) (lift func()) {
	var left atomic.Int64
	left.Store(int64(times))
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if call.Operation.Name == operation && left.Add(-1) >= 0 {
			return nil, refusal
		}
		return next()
	})
	return func() { left.Store(0) }
}

// losesAnswer lets a step's first call of an operation take effect and loses the answer.
func (e *environment) losesAnswer(step, operation string) {
	var lost atomic.Bool
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		out, err := next()
		if call.Caller == step && call.Operation.Name == operation && lost.CompareAndSwap(false, true) {
			return nil, fabric.Errorf("InternalFailure", "the answer is lost")
		}
		return out, err
	})
}

func TestEarlyBuildResultCounts(t *testing.T) {
	tests := map[string]struct {
		behavior machine.Behavior
		end      string
	}{
		"a success": {machine.Behavior{}, "Succeeded"},
		"a failure": {machine.Behavior{Build: machine.BuildFails}, "FailedClean"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.behave = func(machine.Spec) machine.Behavior { return test.behavior }
				lift := e.refuses("AwaitBuild", "UpdateItem", "ThrottlingException")
				execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
				time.Sleep(4 * time.Minute)
				lift()
				e.await(execution).ends(test.end)
			})
		})
	}
}

func TestLostAnswerMakesNothingTwice(t *testing.T) {
	for _, lost := range []struct{ step, operation string }{
		{"LaunchBuilder", "RunInstances"}, {"CreateImage", "CreateImage"}, {"EnsureLoadBalancer", "CreateLoadBalancer"},
		{"EnsureListener", "CreateListener"}, {"EnsureTemplate", "CreateLaunchTemplate"}, {"CreateGroup", "CreateAutoScalingGroup"},
		{"EnsureScaling", "PutScalingPolicy"}, {"ScheduleTeardown", "CreateSchedule"}, {"Promote", "PutItem"}, {"Unlock", "DeleteItem"},
	} {
		t.Run(lost.step, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.losesAnswer(lost.step, lost.operation)
				e.release("r1", `{"ttl": "1h"}`).ends("Succeeded")
				e.serves("r1", 2)
				e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
			})
		})
	}
}

func TestMissingCapacityIsReported(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r0", `{}`).ends("Succeeded")
		e.teardown("t0", `{}`).ends("Succeeded")
		e.full(true)
		e.release("r1", `{}`).ends("FailedClean", "FleetFailed", "do not have sufficient")
		e.release("r2", `{"rebake": true}`).ends("FailedClean", "CapacityUnavailable")
		e.empty(1)
	})
}

// The last call before a release serves is the worst to fail at: everything has to go back.
func TestReleaseThatCannotBePromotedIsUndone(t *testing.T) {
	t.Run("the first", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.denies("Promote", "PutItem")
			e.release("r1", `{"ttl": "1h"}`).ends("FailedClean", "AccessDenied")
			e.empty(0)
		})
	})
	t.Run("a second fleet", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.release("r1", `{}`).ends("Succeeded")
			e.denies("Promote", "PutItem")
			e.release("r2", `{"rebake": true, "minSize": 3, "maxSize": 6, "ttl": "1h"}`).ends("FailedClean", "AccessDenied", "r1")
			e.serves("r1", 2)
			e.servesOnly(release.Blue)
		})
	})
	t.Run("a rolling one", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.release("r1", `{}`).ends("Succeeded")
			lift := e.denies("Promote", "PutItem")
			e.release("r2", `{"strategy": "rolling", "rebake": true, "minSize": 3, "maxSize": 6, "ttl": "1h"}`).ends("FailedClean", "AccessDenied", "r1")
			e.serves("r1", 3) // what was launched for it stays until the idle alarm takes it
			lift()
			e.release("r3", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded")
			time.Sleep(time.Hour)
			e.serves("r3", 2)
		})
	})
}

func TestUndoNamesItsLeftovers(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		fails := true
		e.behave = func(machine.Spec) machine.Behavior { return machine.Behavior{CaptureFails: fails} }
		lift := e.denies("Undo", "DeregisterImage")
		e.release("r1", `{}`).ends("FailedDirty", "ImageFailed", "ami-")
		e.unlocked()
		fails = false
		lift()
		e.release("r2", `{}`).ends("Succeeded")
		e.serves("r2", 2)
	})
}

func TestRetireKeepsTheCurrentAndFormerImages(t *testing.T) {
	for name, snapshotsGo := range map[string]bool{"snapshots go with their image": true, "snapshots stay behind": false} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetSnapshotDeletion(snapshotsGo) })
				for _, release := range []string{"r1", "r2", "r3"} {
					e.release(release, `{"rebake": true}`).ends("Succeeded")
				}
				images := 0
				for _, resource := range e.left() {
					if strings.HasPrefix(resource, "image ") || strings.HasPrefix(resource, "snapshot ") {
						images++
					}
				}
				if images != 4 {
					t.Errorf("%d images and snapshots, want two of each: %v", images, e.left())
				}
				e.behave = func(machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: true} }
				e.release("r4", `{"rebake": true}`).ends("FailedClean")
				e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
			})
		})
	}
}

// strayBuilder launches a builder that no release knows of.
func (e *environment) strayBuilder() {
	e.Helper()
	_, err := e.Clients.EC2.RunInstances(e.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(e.current().Image), InstanceType: "t4g.small", MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SubnetId: aws.String(e.Settings.PublicSubnets[0]),
		TagSpecifications: []types.TagSpecification{{ResourceType: "instance", Tags: []types.Tag{
			{Key: aws.String(release.TagEnvironment), Value: aws.String("main")},
			{Key: aws.String(release.TagRelease), Value: aws.String("long-ago")},
			{Key: aws.String(release.TagRole), Value: aws.String(release.RoleBuilder)},
		}}},
	})
	if err != nil {
		e.Fatal(err)
	}
}

func TestStrayBuilderIsFound(t *testing.T) {
	t.Run("by a teardown", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.release("r1", `{}`).ends("Succeeded")
			e.strayBuilder()
			e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
			e.empty(0)
		})
	})
	t.Run("by the next release", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.release("r1", `{}`).ends("Succeeded")
			e.strayBuilder()
			e.release("r2", `{}`).ends("Succeeded")
			time.Sleep(time.Minute)
			e.serves("r2", 2)
		})
	})
}

func TestTeardownDuringARefreshSucceeds(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		execution := e.start(e.StartRelease(t.Context(), "r2", `{"strategy": "rolling", "rebake": true}`))
		time.Sleep(7 * time.Minute)
		list := e.teardown("l1", `{"dryRun": true, "scope": "release", "release": "r2"}`).ends("Listed")
		if !strings.Contains(list.Output, "instance refresh") || !strings.Contains(list.Output, "launch template version") {
			t.Errorf("the release's resources are %s", list.Output)
		}
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if end := e.await(execution); end.Status != "ABORTED" {
			t.Errorf("the release ended %s", end.Status)
		}
		e.await(e.settled("undo-r2")).ends("Succeeded")
		e.empty(0)
	})
}

func TestFailedTeardownNamesItsLeftovers(t *testing.T) {
	for operation, left := range map[string]string{"DeleteSchedule": "photogallery-main-ttl", "DeleteLoadBalancer": "photogallery-main"} {
		t.Run(operation, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{"ttl": "8h"}`).ends("Succeeded")
				lift := e.denies("Sweep", operation)
				e.teardown("t1", `{}`).ends("FailedDirty", "not authorized to perform: "+operation, left)
				lift()
				e.teardown("t2", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
			})
		})
	}
}

// Nobody's release runs, but a refresh does: somebody started one in the console.
func TestTeardownCancelsAForeignRefresh(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		_, err := e.Clients.AutoScaling.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{
			AutoScalingGroupName: aws.String(e.Settings.Environment.Name()),
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.empty(0)
	})
}

func TestFailedVerificationDuringTheBakeRollsBack(t *testing.T) {
	tests := map[string]func(*environment){
		"by a rollback": func(*environment) {},
		"by another refresh, where AWS cannot roll back": func(e *environment) {
			e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
				if call.Operation.Name == "RollbackInstanceRefresh" {
					return nil, &autoscalingtypes.IrreversibleInstanceRefreshFault{Message: aws.String("cannot be rolled back")}
				}
				return next()
			})
		},
	}
	for name, arrange := range tests {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				arrange(e)
				lift := e.denies("Verify", "DescribeTargetHealth")
				e.release("r2", `{"strategy": "rolling", "rebake": true}`).ends("FailedClean", "AccessDenied").
					follows("Plan Lock" + bakePath + entrance + " EnsureTemplate FindGroup GuardRefresh StartRefresh CheckRefresh VerifyBaking" + undone)
				e.serves("r1", 2)
				lift()
				e.release("r3", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded")
				e.serves("r3", 2)
			})
		})
	}
}

func TestUndoNamesWhatItWasDenied(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		lift := e.denies("Undo", "DeregisterImage")
		execution := e.start(e.StartRelease(t.Context(), "r2", `{"rebake": true}`))
		time.Sleep(10 * time.Minute)
		if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
			t.Fatal(err)
		}
		e.await(execution)
		e.await(e.settled("undo-r2")).ends("FailedDirty", "UnauthorizedOperation", "ami-")
		lift()
		e.release("r3", `{}`).ends("Succeeded")
		e.serves("r3", 2)
	})
}

// A teardown that broke off has ended the service: the release after it has nothing to go back to
// but must not lose the image that the teardown kept.
func TestFailedReleaseAfterABrokenTeardownKeepsTheImage(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		kept := e.current().Image
		lift := e.denies("Sweep", "DeleteLoadBalancer")
		e.teardown("t1", `{}`).ends("FailedDirty", "AccessDenied")
		lift()
		e.behave = func(machine.Spec) machine.Behavior { return machine.Behavior{Build: machine.BuildFails} }
		e.release("r3", `{"rebake": true}`).ends("FailedClean", "BuildFailed")
		e.empty(1)
		if got := e.current(); got.Image != kept || got.Serving {
			t.Errorf("recorded is %+v, want image %s kept and nothing serving", got, kept)
		}
	})
}

// The name of the undo is taken, so that it never starts, as if its event were lost.
func TestStaleLockIsTakenOverAfterItsUndo(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.teardown("undo-r1", `{"dryRun": true}`).ends("Listed")
		execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(2 * time.Minute)
		if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if e.lockHolder() == "" || len(e.left()) == 0 {
			t.Fatal("the aborted release holds nothing, so there is nothing to take over")
		}
		e.release("r2", `{}`).ends("Succeeded").follows("Plan Lock UndoAbandoned" + bakePath + entrance + firstFleet + finish)
		e.serves("r2", 2)
	})
}

// The execution ends, the function that promotes the release does not: the release serves, and
// nothing but its undo retires what is outdated by it.
func TestReleaseStoppedDuringPromotionLeavesNothingOutdated(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"rebake": true, "ttl": "12h"}`).ends("Succeeded")
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		var once sync.Once
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Caller == "Promote" && e.current().Release == "r2" {
				once.Do(func() { e.stop("r3") })
			}
			return next()
		})
		e.await(e.start(e.StartRelease(t.Context(), "r3", `{"rebake": true}`)))
		e.await(e.settled("undo-r3")).ends("Succeeded")
		e.serves("r3", 2)
		var left []string
		for _, resource := range e.left() {
			if strings.HasPrefix(resource, "image ") || strings.HasPrefix(resource, "snapshot ") || strings.HasPrefix(resource, "schedule ") {
				left = append(left, resource)
			}
		}
		versions, err := inventory.Versions(t.Context(), e.Clients.EC2, e.Settings.Environment)
		if err != nil || len(left) != 5 || len(versions) != 2 {
			t.Errorf("%v, and launch template versions %v, %v: want two images, one schedule and two versions", left, versions, err)
		}
	})
}

func (e *environment) stop(release string) {
	execution := strings.Replace(e.Settings.ReleaseMachine, ":stateMachine:", ":execution:", 1) + ":" + release
	if _, err := e.SFN.StopExecution(e.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
		e.Error(err)
	}
}

func TestTeardownWithoutLockNamesWhatRemains(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.denies("Lock", "PutItem")
		e.teardown("t1", `{}`).ends("FailedDirty", "AccessDenied", "load balancer", "Auto Scaling group")
		e.serves("r1", 2)
	})
}

// What a refresh has yet to launch is on no list when its way back is refused.
func TestUndoReportsARefreshThatItCannotStop(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		lift := e.denies("Undo", "RollbackInstanceRefresh")
		e.start(e.StartRelease(t.Context(), "r2", `{"strategy": "rolling", "rebake": true}`))
		time.Sleep(12 * time.Minute)
		e.full(true)
		e.stop("r2")
		e.await(e.settled("undo-r2")).ends("FailedDirty", "AccessDenied", "instance refresh", "continues to launch instances")
		lift()
		e.full(false)
		e.release("r3", `{}`).ends("Succeeded")
		e.serves("r3", 2)
	})
}

func TestStuckRollbackNamesItsOutdatedInstances(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.start(e.StartRelease(t.Context(), "r2", `{"strategy": "rolling", "rebake": true}`))
		time.Sleep(12 * time.Minute)
		e.full(true)
		e.stop("r2")
		e.await(e.settled("undo-r2")).ends("FailedDirty", "SweepStuck", "instance refresh", "on launch template version 2 instead of 1", "image ami-", "snapshot snap-", "launch template version 2 (r2)")
		e.full(false)
		e.release("r3", `{}`).ends("Succeeded")
		e.serves("r3", 2)
	})
}

// full takes the room for new instances, or gives it back.
func (e *environment) full(is bool) {
	e.Cloud.Fabric.Do(func() {
		for _, zone := range fabric.Zones() {
			e.Cloud.EC2.SetCapacity(zone, !is)
		}
	})
}
