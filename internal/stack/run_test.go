package stack

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// runnerIs lets the instance of a command behave so, and returns its last user data.
func (e *environment) runnerIs(as machine.Behavior) *string {
	var userData string
	e.behave = func(spec machine.Spec) machine.Behavior {
		if spec.Role != release.RoleRunner {
			return machine.Behavior{}
		}
		userData = spec.UserData
		return as
	}
	return &userData
}

// noRunner checks that no instance of a command is left.
func (e *environment) noRunner() {
	e.Helper()
	e.Cloud.Fabric.Do(func() {
		for _, i := range e.Cloud.EC2.Instances() {
			if i.Tags[release.TagRole] == release.RoleRunner && i.State != ec2.Terminated && i.State != ec2.ShuttingDown {
				e.Errorf("instance %s is left, %s", i.ID, i.State)
			}
		}
	})
}

const ran = "Plan Lock LaunchRunner AwaitRun TerminateRunner Unlock Succeeded"

func TestMigrationRunsBetweenTwoVersions(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		settings := e.configure(set("A", "1"))
		e.release("r1", `{"version": "1"}`).ends("Succeeded")
		e.configure(set("A", "2"))
		userData := e.runnerIs(machine.Behavior{})
		e.release("run-1", `{"run": "10m"}`).ends("Succeeded").follows(ran)
		e.noRunner()
		e.serves("r1", 2)
		told, err := recipe.ReadRunner(*userData)
		if err != nil || told.Settings != settings || told.Seconds != "600" || told.Command != "runs/run-1.command" {
			t.Errorf("%v, the instance was told %+v", err, told)
		}
		e.release("r2", `{"version": "2", "rebake": true}`).ends("Succeeded")
		e.serves("r2", 2)
		history := e.past()
		if len(history) != 3 || history[1].Kind != release.RunEntry || history[1].Served || history[1].End != release.Succeeded || history[1].Again != "" {
			t.Errorf("the history is %+v", history)
		}
	})
}

func TestRunThatFailsLeavesNothingAndTheReleaseServing(t *testing.T) {
	for name, test := range map[string]struct {
		as   machine.Behavior
		says []string
	}{
		"the command fails":            {machine.Behavior{Build: machine.BuildFails, Reason: "the command ended with exit status 3"}, []string{"RunFailed: the command ended with exit status 3"}},
		"its instance dies":            {machine.Behavior{Build: machine.BuilderDies}, []string{"RunFailed", "before it reported a result"}},
		"its instance reports nothing": {machine.Behavior{Build: machine.BuildSilent}, []string{"RunFailed", "reported nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				e.runnerIs(test.as)
				e.release("run-1", `{"run": "10m"}`).ends("FailedClean", test.says...)
				e.noRunner()
				e.serves("r1", 2)
				e.release("r2", `{"version": "2"}`).ends("Succeeded")
			})
		})
	}
}

// A person ends the command with Ctrl-C, and a teardown of the environment ends it too.
func TestStoppedRunIsUndone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.runnerIs(machine.Behavior{BuildTime: 20 * time.Minute})
		running := e.start(e.StartRelease(t.Context(), "run-1", `{"run": "30m"}`))
		time.Sleep(3 * time.Minute)
		e.release("r2", `{}`).ends("Busy", "the run run-1")
		if _, err := e.SFN.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &running}); err != nil {
			t.Fatal(err)
		}
		e.await(running)
		e.await(e.settled("undo-run-1")).ends("Succeeded")
		e.noRunner()
		e.serves("r1", 2)
		running = e.start(e.StartRelease(t.Context(), "run-2", `{"run": "30m"}`))
		time.Sleep(3 * time.Minute)
		e.teardown("t1", `{}`).ends("Succeeded")
		e.await(running)
		e.noRunner()
		e.empty(1)
	})
}

func TestRunnerIsAnInstanceOfBothGroupsWithItsOwnRole(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		image := e.current().Image
		var ordered []string
		e.Cloud.Fabric.Observe(func(call fabric.Call) {
			if call.Caller == "LaunchRunner" {
				ordered = append(ordered, call.Operation.Name)
			}
		})
		e.runnerIs(machine.Behavior{BuildTime: time.Hour})
		running := e.start(e.StartRelease(t.Context(), "run-1", `{"run": "5m", "instanceType": "t4g.micro"}`))
		time.Sleep(2 * time.Minute)
		e.Cloud.Fabric.Do(func() {
			for _, i := range e.Cloud.EC2.Instances() {
				if i.Tags[release.TagRole] == release.RoleRunner && (i.ImageID != image || i.Type != "t4g.micro" || i.Tags[release.TagRelease] != "run-1") {
					t.Errorf("the command runs on %+v", i)
				}
			}
		})
		if strings.Count(strings.Join(ordered, " "), "RunInstances") != 1 {
			t.Errorf("LaunchRunner called %v", ordered)
		}
		e.teardown("t1", `{}`).ends("Succeeded")
		e.await(running)
	})
}

func TestRunIsRefusedWithEveryProblem(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("run-1", `{"run": "10m"}`).ends("FailedClean", "InvalidRequest", "no release serves")
		e.release("run-2", `{"run": "31m"}`).ends("FailedClean", "InvalidRequest", "30m")
		e.release("run-3", `{"run": "10m", "bundle": "own", "minSize": 2, "traffic": [50, 100], "dryRun": true}`).
			ends("FailedClean", "InvalidRequest", `bundle: "own" does not go with run`, "minSize: 2 does not", "traffic: [50,100] does not", "dryRun: true does not")
		e.release("run-4", `{"run": "10m", "image": "ami-00000000"}`).ends("FailedClean", "ImageNotFound")
		e.empty(0)
	})
}
