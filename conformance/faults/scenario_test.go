package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// scenario is a sequence of operations during which faults are injected. Releases are named r1, r2,
// …, and teardowns t1, t2, …
type scenario struct {
	name    string
	before  func(*environment) // without faults
	during  func(*environment) // starts the executions under test
	main    string             // the execution whose end the report counts
	subject string             // the release that makes an image and whose machines can fail, or "" for none
	again   string             // the release that must succeed after the faults

	sleepAfter time.Duration // the option of that name, or 0
	budget     float64       // the option of that name, or 0

	former bool            // an earlier release serves and must not lose capacity
	lab    bool            // the limits of a Learner Lab hold
	ends   map[string]bool // executions that the scenario itself ends
}

// runName is the run of a command. It has no name of a release's, whose order the checks follow.
const runName = "run-1"

// isRelease reports whether the release machine runs an execution; the front door names its own.
func isRelease(name string) bool { return strings.HasPrefix(name, "r") || isWaking(name) }

func isWaking(name string) bool { return strings.HasPrefix(name, "wake-") }

func noSetup(*environment) {}

// serveFirst brings up a first release.
func serveFirst(env *environment) {
	env.release("r1", `{}`)
	env.awaitEnd("r1")
}

// serveBusy brings up a first release with an instance more than its minimum, and with visitors that
// keep three busy enough, as long as all reach one fleet.
func serveBusy(env *environment) {
	env.Cloud.Fabric.Do(func() { env.Cloud.ELB.SetTraffic(6) })
	env.release("r1", `{"desired": 3}`)
	env.awaitEnd("r1")
}

// awaitState blocks until an execution has entered a state that many times.
func (env *environment) awaitState(run, state string, times int) {
	for deadline := time.Now().Add(timeLimit); time.Now().Before(deadline); time.Sleep(time.Second) {
		entered := slices.DeleteFunc(env.Path(env.arn(run)), func(name string) bool { return name != state })
		if len(entered) >= times {
			return
		}
	}
	env.violate(run + " does not reach " + state)
}

// insist has a person send a verdict every five minutes until the run has ended.
func (env *environment) insist(answer release.Answer, run string) {
	decision := execution.Decision{Machine: env.Settings.ReleaseMachine, Answer: answer, By: "a person"}
	for deadline := time.Now().Add(timeLimit); time.Now().Before(deadline); time.Sleep(5 * time.Minute) {
		now, err := env.SFN.DescribeExecution(env.ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(env.arn(run))})
		if err != nil || now.Status != types.ExecutionStatusRunning {
			return
		}
		if err := decision.Send(env.ctx, env.Events, run); err != nil {
			env.violate("a verdict is refused: " + err.Error())
		}
	}
}

// scenarios lists the scenarios in the order of the report.
func scenarios() []scenario {
	return []scenario{
		{
			name: "first", before: noSetup, main: "r1", subject: "r1", again: `{}`,
			during: func(env *environment) { env.release("r1", `{"ttl": "24h"}`) },
		},
		{
			name: "cached", before: serveFirst, main: "r2", again: `{"strategy": "rolling", "version": "3"}`, former: true,
			during: func(env *environment) { env.release("r2", `{"strategy": "rolling", "version": "2"}`) },
		},
		{
			name: "rolling", before: serveFirst, main: "r2", subject: "r2", again: `{"strategy": "rolling", "rebake": true}`, former: true,
			during: func(env *environment) { env.release("r2", `{"strategy": "rolling", "rebake": true}`) },
		},
		{
			name: "rollback", main: "r3", again: `{"strategy": "rolling", "rebake": true}`, former: true,
			before: func(env *environment) {
				serveFirst(env)
				env.release("r2", `{"strategy": "rolling", "rebake": true}`)
				env.awaitEnd("r2")
			},
			during: func(env *environment) {
				env.rollBack("r3", release.Rolling)
			},
		},
		{
			// A second fleet takes over at once.
			name: "beside", before: serveFirst, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) {
				env.listFrom("FindGroup")
				env.release("r2", `{"version": "2"}`)
			},
		},
		{
			// The hold and the bake time are together longer than an idle fleet waits until it shrinks.
			name: "shift", before: serveBusy, main: "r2", subject: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) {
				env.listFrom("ShiftTraffic")
				env.release("r2", `{"rebake": true, "traffic": [50, 100], "hold": "3m", "bakeTime": "10m"}`)
			},
		},
		{
			// What serves is baked again on a newer base image, and its builder writes down what is in it.
			name: "rebake", before: serveOnOldBase, main: "r2", subject: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) { env.release("r2", release.RebakeRequest) },
		},
		{
			// A release goes back to former settings, makes them the configured ones and deletes old ones.
			name: "settings", before: serveWithOldSettings, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) {
				env.listFrom("EnsureTemplate")
				env.release("r2", `{"settings": "`+env.recorded().Settings+`"}`)
			},
		},
		{
			// A command runs once beside the fleet.
			name: "run", before: serveFirst, main: runName, subject: runName, again: `{"version": "3"}`, former: true,
			during: func(env *environment) { env.release(runName, `{"run": "10m"}`) },
		},
		{
			// A person approves a second fleet and ends its bake.
			name: "approved", before: serveFirst, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) {
				env.release("r2", `{"version": "2", "approval": true, "approvalTimeout": "4h", "bakeTime": "2h"}`)
				env.listFrom("AwaitVerdict")
				env.awaitState("r2", "AwaitApproval", 1)
				env.insist(release.Promote, "r2")
			},
		},
		{
			// A person takes all visitors back.
			name: "rolled-back", before: serveFirst, main: "r2", again: `{"version": "3"}`, former: true,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"version": "2", "bakeTime": "4h"}`)
				env.awaitState("r2", "AwaitVerdict", 2)
				env.listFromHere()
				env.insist(release.Rollback, "r2")
			},
		},
		{
			// A scheduled size begins while a second fleet with other hours is watched, and one of those ends.
			name: "sized", main: "r2", again: `{"version": "3"}`, former: true,
			before: func(env *environment) {
				env.release("r1", `{"sizes": [{"from": "00:35", "until": "06:00", "minSize": 3, "maxSize": 6}]}`)
				env.awaitEnd("r1")
				sleepUntil(0, 30)
			},
			during: func(env *environment) {
				env.listFrom("EnsureScaling")
				env.release("r2", `{"version": "2", "sizes": [{"from": "00:20", "until": "00:34", "minSize": 3, "maxSize": 4}, {"from": "20:00", "until": "00:10", "minSize": 1, "maxSize": 4}]}`)
			},
		},
		{
			name: "ttl", before: noSetup, main: "r1", again: `{}`,
			during: func(env *environment) {
				env.release("r1", `{"ttl": "1h"}`)
				env.awaitEnd("r1")
				env.listFromHere()
				time.Sleep(65 * time.Minute)
			},
		},
		{
			// Nobody visits any more.
			name: "sleep", before: noSetup, main: "r1", again: `{}`, sleepAfter: 30 * time.Minute,
			during: func(env *environment) {
				env.release("r1", `{}`)
				env.awaitEnd("r1")
				env.listFromHere()
				env.Cloud.Fabric.Do(func() { env.Cloud.ELB.SetTraffic(1) })
				time.Sleep(10 * time.Minute)
				env.Cloud.Fabric.Do(func() { env.Cloud.ELB.SetTraffic(0) })
				time.Sleep(50 * time.Minute)
			},
		},
		{
			// The budget is used up, until another month begins.
			name: "budget", before: noSetup, main: "r1", again: `{}`, budget: 20,
			during: func(env *environment) {
				env.release("r1", `{}`)
				env.awaitEnd("r1")
				env.listOnly("CheckBudget")
				env.spend(20)
				sleepUntil(2, 30) // two checks later
				env.checkBudget()
				env.spend(0)
			},
		},
		{
			// Visitors wake what sleeps.
			name: "wake", main: "t1", again: `{}`,
			before: func(env *environment) {
				serveFirst(env)
				env.teardown("t1", `{}`)
				env.awaitEnd("t1")
			},
			during: func(env *environment) {
				env.listOnly("FrontDoor")
				env.wakeAndVisit()
			},
		},
		{
			name: "teardown", main: "t1", again: `{}`,
			before: func(env *environment) {
				env.release("r1", `{"ttl": "12h"}`)
				env.awaitEnd("r1")
			},
			during: func(env *environment) { env.teardown("t1", `{}`) },
		},
		{
			name: "morning", main: "r2", again: `{}`,
			before: func(env *environment) {
				serveFirst(env)
				env.teardown("t1", `{}`)
				env.awaitEnd("t1")
			},
			during: func(env *environment) { env.release("r2", `{}`) },
		},
		{
			// The whole first release is undone.
			name: "undo-first", before: noSetup, main: "r1", again: `{}`,
			during: func(env *environment) {
				env.setBehavior(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r1")} })
				env.release("r1", `{"ttl": "24h"}`)
				env.listFrom("Undo")
			},
		},
		{
			name: "undo-rolling", before: serveFirst, main: "r2", again: `{"strategy": "rolling", "rebake": true}`, former: true,
			during: func(env *environment) {
				env.setBehavior(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r2")} })
				time.Sleep(time.Second / 2) // the undo never looks in the very instant in which the group is back
				env.release("r2", `{"strategy": "rolling", "rebake": true}`)
				env.listFrom("Undo")
			},
		},
		{
			// Half of the visitors reach the new fleet when it is found to be worse than the other one.
			name: "undo-shift", before: serveBusy, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) {
				env.setBehavior(func(spec machine.Spec) machine.Behavior {
					if isNew(spec, "r2") {
						return machine.Behavior{ErrorShare: 0.2}
					}
					return machine.Behavior{}
				})
				env.listFrom("Undo")
				env.release("r2", `{"rebake": true, "traffic": [50, 100], "hold": "5m"}`)
			},
		},
		{
			// All visitors reach the new fleet when its release is aborted.
			name: "undo-bake", before: serveBusy, main: "r2", again: `{"version": "3"}`, former: true,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"version": "2", "ttl": "24h", "bakeTime": "10m"}`)
				env.awaitState("r2", "WatchTraffic", 3)
				env.listFromHere()
				_ = env.abort("r2")
			},
		},
		{
			// The refresh is interrupted by an abort, and a rule starts the undo.
			name: "undo-aborted", before: serveFirst, main: "r2", again: `{"strategy": "rolling", "rebake": true}`, former: true,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"strategy": "rolling", "rebake": true, "ttl": "24h", "minSize": 3, "maxSize": 6}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				env.listFromHere()
				_ = env.abort("r2")
			},
		},
		{
			name: "release-and-teardown", before: serveFirst, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"strategy": "rolling", "rebake": true}`)
				time.Sleep(3*time.Minute + 3*time.Second)
				env.listFromHere()
				env.teardown("t1", `{}`)
			},
		},
		{
			name: "two-releases", before: serveFirst, main: "r2", subject: "r2", again: `{"strategy": "rolling", "rebake": true}`, former: true,
			during: func(env *environment) {
				env.release("r2", `{"strategy": "rolling", "rebake": true}`)
				time.Sleep(61 * time.Second)
				env.listFrom("GuardRefresh")
				env.release("r3", `{"strategy": "rolling", "version": "3", "wait": true}`)
			},
		},
		{
			// A lab's session ends while a second fleet starts, and the next one begins an hour later.
			name: "session", main: "r2", again: `{"version": "3", "ttl": "never"}`, lab: true,
			before: func(env *environment) {
				env.release("r1", `{"ttl": "never"}`)
				env.awaitEnd("r1")
			},
			during: func(env *environment) {
				env.release("r2", `{"version": "2", "ttl": "never"}`)
				time.Sleep(40 * time.Second) // its instances start
				env.Cloud.Fabric.Do(func() { env.Cloud.EndSession(true) })
				time.Sleep(time.Hour)
				env.Cloud.Fabric.Do(env.Cloud.StartSession)
			},
		},
		{
			name: "nightly-teardown", before: serveFirst, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"strategy": "rolling", "rebake": true}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				env.listFromHere()
				env.teardown("t1", `{"images": "delete"}`)
			},
		},
	}
}
