package stack

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	executions "photogallery/internal/execution"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/balancer"
	"photogallery/release"
)

// says sends a person's verdict, as the command line, a chat bot or a pipeline does.
func (e *environment) says(answer release.Answer, name string) {
	e.Helper()
	detail, err := json.Marshal(release.Verdict{Release: name, Verdict: answer, By: "ann"})
	if err != nil {
		e.Fatal(err)
	}
	out, err := e.Events.PutEvents(e.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: aws.String(e.Settings.Environment.VerdictSource()), DetailType: aws.String(release.VerdictEvent), Detail: aws.String(string(detail)),
	}}})
	if err != nil || out.FailedEntryCount > 0 {
		e.Fatalf("%+v, %v", out, err)
	}
}

// until waits until the execution has been in a state so many times.
func (e *environment) until(execution, state string, times int) {
	e.Helper()
	for range 10_000 {
		path := slices.DeleteFunc(e.Path(execution), func(name string) bool { return name != state })
		if len(path) >= times {
			time.Sleep(time.Second) // its function has run
			return
		}
		time.Sleep(time.Second)
	}
	e.Fatalf("it is never in %s: %v", state, e.Path(execution))
}

// second starts a second fleet beside the one of r1.
func (e *environment) second(input string) (execution string) {
	e.Helper()
	e.release("r1", `{}`).ends("Succeeded")
	return e.start(e.StartRelease(e.Context(), "r2", `{"rebake": true, `+input+`}`))
}

// percent returns the part of the visitors that the green fleet gets.
func (e *environment) percent() int32 {
	e.Helper()
	found, err := balancer.Find(e.Context(), e.Clients.ELB, e.Settings.Environment)
	if err != nil || found == nil {
		e.Fatalf("the load balancer: %v, %v", found, err)
	}
	listener, err := balancer.Entrance(e.Context(), e.Clients.ELB, *found.LoadBalancerArn)
	if err != nil {
		e.Fatal(err)
	}
	green, all := int32(0), int32(0)
	for _, group := range listener.DefaultActions[0].ForwardConfig.TargetGroups {
		if all += aws.ToInt32(group.Weight); aws.ToString(group.TargetGroupArn) == e.Settings.Targets(release.Green) {
			green = aws.ToInt32(group.Weight)
		}
	}
	return 100 * green / all
}

func TestApprovedReleaseGoesOn(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.second(`"approval": true, "traffic": [5, 50, 100]`)
		e.until(execution, "AwaitApproval", 5)
		if e.percent() != 0 {
			t.Errorf("%d %% of the visitors see it before its approval", e.percent())
		}
		e.says(release.Promote, "r2")
		e.until(execution, "AwaitVerdict", 1)
		if e.percent() != 5 {
			t.Errorf("%d %% of the visitors see it", e.percent())
		}
		time.Sleep(20 * time.Minute) // two holds, and then it asks again
		if e.percent() != 50 {
			t.Errorf("%d %% of the visitors see it before the second approval", e.percent())
		}
		e.says(release.Promote, "r2")
		e.await(execution).ends("Succeeded").follows("Plan Lock" + bakePath + entrance + secondFleet +
			" WatchTraffic" + shifted + shifted + shifted + takenOver)
		e.servesOnly(release.Green)
	})
}

func TestReleaseThatIsNotApprovedIsUndone(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			execution := e.second(`"approval": true`)
			e.until(execution, "AwaitApproval", 1)
			e.says(release.Rollback, "r2")
			e.await(execution).ends("FailedClean", "RolledBack: ann rolled release r2 back while it waited for its approval")
			e.serves("r1", 2)
			e.servesOnly(release.Blue)
		})
	})
	t.Run("silence", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			execution := e.second(`"approval": true, "approvalTimeout": "10m"`)
			e.until(execution, "AwaitApproval", 1)
			asked := time.Now()
			e.await(execution).ends("FailedClean", "NotApproved: nobody approved release r2 within 10m0s")
			if took := time.Since(asked); took < 9*time.Minute || took > 15*time.Minute {
				t.Errorf("it ended after %v", took)
			}
			e.serves("r1", 2)
			e.servesOnly(release.Blue)
		})
	})
	t.Run("silence at the second question", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			execution := e.second(`"approval": true, "approvalTimeout": "10m", "traffic": [50, 100]`)
			e.until(execution, "AwaitApproval", 1)
			e.says(release.Promote, "r2")
			e.await(execution).ends("FailedClean", "NotApproved")
			e.serves("r1", 2)
			e.servesOnly(release.Blue)
		})
	})
	t.Run("ill while it waits", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.fleetBehaves("r2", machine.Behavior{UnhealthyAfter: 20 * time.Minute})
			execution := e.second(`"approval": true, "approvalTimeout": "8h"`)
			e.until(execution, "AwaitApproval", 1)
			e.full(true) // so that it cannot recover
			e.await(execution).ends("FailedClean", "TrafficRejected", "with 0 % of the traffic")
			e.serves("r1", 2)
		})
	})
}

func TestStoppedWhileItWaitsForApproval(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.second(`"approval": true`)
		e.until(execution, "AwaitApproval", 2)
		e.stop("r2")
		e.await(e.settled("undo-r2")).ends("Succeeded")
		e.serves("r1", 2)
		e.servesOnly(release.Blue)
		e.says(release.Promote, "r2")
		time.Sleep(time.Minute)
		e.serves("r1", 2)
	})
}

// A verdict acts at once, however seldom a long watch looks.
func TestPromotedInAHold(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.second(`"traffic": [5, 50, 100], "hold": "6h", "bakeTime": "1h"`)
		e.until(execution, "AwaitVerdict", 3)
		e.says(release.Promote, "r2")
		e.says(release.Promote, "r2") // is the same person's word
		time.Sleep(5 * time.Second)
		if e.percent() != 100 {
			t.Errorf("%d %% of the visitors see it", e.percent())
		}
		promoted := time.Now()
		e.await(execution).ends("Succeeded")
		if baked := time.Since(promoted); baked < time.Hour {
			t.Errorf("it baked for %v", baked)
		}
		e.servesOnly(release.Green)
	})
}

func TestPromotedInTheBake(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.second(`"bakeTime": "10h"`)
		e.until(execution, "AwaitVerdict", 3)
		promoted := time.Now()
		e.says(release.Promote, "r2")
		e.await(execution).ends("Succeeded")
		if took := time.Since(promoted); took > 30*time.Minute {
			t.Errorf("it went on for %v", took)
		}
		e.servesOnly(release.Green)
	})
}

// Visitors are back within half a minute, and no instance is launched for it.
func TestRolledBack(t *testing.T) {
	for name, test := range map[string]struct{ input, point string }{
		"in a hold":   {`"traffic": [50, 100], "hold": "8h"`, "while it had 50 % of the traffic"},
		"in the bake": {`"bakeTime": "20h"`, "while it had 100 % of the traffic"},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				execution := e.second(test.input)
				e.until(execution, "AwaitVerdict", 4)
				launched := len(e.Cloud.EC2.Instances())
				said := time.Now()
				e.says(release.Rollback, "r2")
				for e.percent() > 0 {
					time.Sleep(time.Second)
				}
				if took := time.Since(said); took > 30*time.Second {
					t.Errorf("the visitors were back after %v", took)
				}
				e.await(execution).ends("FailedClean", "RolledBack: ann rolled release r2 back "+test.point)
				if now := len(e.Cloud.EC2.Instances()); now > launched {
					t.Errorf("%d instances were launched", now-launched)
				}
				e.serves("r1", 2)
				e.servesOnly(release.Blue)
			})
		})
	}
}

// A verdict may come between two waits, its event twice, late or never.
func TestVerdictSurvivesItsEvent(t *testing.T) {
	t.Run("while the fleets are compared", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			var done atomic.Bool
			e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
				if call.Caller == "WatchTraffic" && !done.Swap(true) {
					e.says(release.Rollback, "r2")
					time.Sleep(5 * time.Second)
				}
				return next()
			})
			e.await(e.second(`"bakeTime": "20h"`)).ends("FailedClean", "RolledBack")
			e.serves("r1", 2)
		})
	})
	t.Run("the token is not answered", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.refuses("Decide", "SendTaskSuccess", "ThrottlingException")
			execution := e.second(`"approval": true`)
			e.until(execution, "AwaitApproval", 2)
			e.says(release.Promote, "r2")
			e.await(execution).ends("Succeeded")
		})
	})
	t.Run("the event is lost and sent again", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			execution := e.second(`"approval": true`)
			e.until(execution, "AwaitApproval", 2)
			e.Cloud.Fabric.Deliver(func(fabric.Event, func()) {})
			e.says(release.Promote, "r2")
			time.Sleep(10 * time.Minute)
			if e.percent() != 0 {
				t.Error("it went on without an answer")
			}
			e.Cloud.Fabric.Deliver(func(_ fabric.Event, deliver func()) { deliver() })
			e.says(release.Promote, "r2")
			e.await(execution).ends("Succeeded")
		})
	})
	t.Run("twice, the second time at the next wait", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.Cloud.Fabric.Deliver(func(event fabric.Event, deliver func()) {
				deliver()
				if event.DetailType == release.VerdictEvent {
					time.Sleep(2 * time.Minute)
					deliver()
				}
			})
			execution := e.second(`"traffic": [5, 100], "hold": "8h", "bakeTime": "1h"`)
			e.until(execution, "AwaitVerdict", 3)
			said := time.Now()
			e.says(release.Promote, "r2")
			e.await(execution).ends("Succeeded")
			if took := time.Since(said); took < time.Hour {
				t.Errorf("the same event ended the bake, too: after %v", took)
			}
		})
	})
}

// The command line knows which wait it answers, so that a promotion counts that is sent at once.
func TestPromotionOfTheCommandLineActsInTheSecondInWhichTheWaitBegins(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		execution := e.second(`"bakeTime": "20h"`)
		for !slices.Contains(e.Path(execution), "AwaitVerdict") {
			time.Sleep(10 * time.Millisecond)
		}
		said := time.Now()
		decision := executions.Decision{Machine: e.Settings.ReleaseMachine, Answer: release.Promote, By: "ann"}
		if _, err := decision.Decide(t.Context(), e.Clients.SFN, e.Events); err != nil {
			t.Fatal(err)
		}
		e.await(execution).ends("Succeeded")
		if took := time.Since(said); took > time.Hour {
			t.Errorf("the bake ended after %v", took)
		}
	})
}

func TestVerdictThatNobodyWaitsForChangesNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.says(release.Rollback, "r1")
		execution := e.second(`"approval": true, "approvalTimeout": "5m"`)
		e.says(release.Promote, "r2") // before it asks
		e.says(release.Rollback, "r1")
		e.says(release.Promote, "unknown")
		e.says("maybe", "r2")
		end := e.await(execution).ends("FailedClean", "NotApproved")
		if strings.Contains(end.Cause, "ann") {
			t.Errorf("it ended by %s", end.Cause)
		}
		e.serves("r1", 2)
	})
}
