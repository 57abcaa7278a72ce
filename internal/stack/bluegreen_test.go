package stack

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/records"
	"photogallery/release"
)

const (
	secondFleet = " EnsureTemplate FindGroup OpenPreview CreateGroup CheckFleet Verify HoldScaling"
	shifted     = " ShiftTraffic WatchTraffic"
	takenOver   = " EnsureScaling ScheduleTeardown Promote RetireFleet Retire Unlock Succeeded"
)

// group describes the group in a slot, or fails the test if there is none.
func (e *environment) capacity(slot release.Slot) (least, desired, most int) {
	e.Helper()
	found, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Group(slot))
	if err != nil || found == nil {
		e.Fatalf("the group in slot %s: %v, %v", slot, found, err)
	}
	return int(*found.MinSize), int(*found.DesiredCapacity), int(*found.MaxSize)
}

// serving checks that all visitors reach a slot, that nothing leads to the other one, and that
// nothing of it is there.
func (e *environment) servesOnly(slot release.Slot) {
	e.Helper()
	found, err := balancer.Find(e.Context(), e.Clients.ELB, e.Settings.Environment)
	if err != nil || found == nil {
		e.Fatalf("the load balancer: %v, %v", found, err)
	}
	listener, err := balancer.Entrance(e.Context(), e.Clients.ELB, *found.LoadBalancerArn)
	if err != nil || !balancer.ServesOnly(e.Settings, listener.DefaultActions[0], slot) {
		e.Errorf("the listener forwards to %+v (%v), not to slot %s alone", listener.DefaultActions, err, slot)
	}
	if rules, err := balancer.Previews(e.Context(), e.Clients.ELB, aws.ToString(listener.ListenerArn)); err != nil || len(rules) > 0 {
		e.Errorf("preview rules are left: %+v (%v)", rules, err)
	}
	idle, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Group(slot.Other()))
	if err != nil || idle != nil {
		e.Errorf("group %+v is left (%v)", idle, err)
	}
	e.Cloud.Fabric.Do(func() {
		for _, kind := range release.AlarmKinds() {
			name := e.Settings.Environment.Alarm(slot.Other(), kind)
			if _, there := e.Cloud.CloudWatch.AlarmState(name); there {
				e.Errorf("alarm %s is left", name)
			}
		}
	})
}

func TestSecondFleetTakesOverAndBack(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded").follows("Plan Lock" + bakePath + entrance + firstFleet + finish)
		e.servesOnly(release.Blue)
		e.release("r2", `{"rebake": true}`).ends("Succeeded").
			follows("Plan Lock" + bakePath + entrance + secondFleet + shifted + takenOver)
		e.serves("r2", 2)
		e.servesOnly(release.Green)
		e.release("r3", `{"traffic": [5, 50, 100], "hold": "3m"}`).ends("Succeeded").
			follows("Plan Lock FindImage" + entrance + secondFleet + shifted + shifted + shifted + takenOver)
		e.serves("r3", 2)
		e.servesOnly(release.Blue)
		e.release("r4", `{"image": "`+e.current().FormerImage+`"}`).ends("Succeeded").
			follows("Plan Lock FindImage" + entrance + secondFleet + shifted + takenOver)
		e.serves("r4", 2)
		e.servesOnly(release.Green)
		e.release("r5", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded")
		e.serves("r5", 2)
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.empty(0)
	})
}

// A record that v0.1.0 has written names no slot.
func TestFleetThatWasMadeWithoutSlotsGetsASecondOne(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		recorded := e.current()
		recorded.Slot = ""
		if err := records.WriteCurrent(t.Context(), e.Clients.DynamoDB, e.Settings.Table, recorded); err != nil {
			t.Fatal(err)
		}
		e.release("r2", `{}`).ends("Succeeded").follows("Plan Lock FindImage" + entrance + secondFleet + shifted + takenOver)
		e.serves("r2", 2)
		e.servesOnly(release.Green)
	})
}

// What serves from the green slot is rolled and torn down there.
func TestGreenFleetIsRolledAndTornDown(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.release("r2", `{}`).ends("Succeeded")
		e.release("r3", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded")
		e.serves("r3", 2)
		e.fleetBehaves("r4", machine.Behavior{NeverHealthy: true})
		e.release("r4", `{"strategy": "rolling", "rebake": true}`).ends("FailedClean", "Refresh")
		e.serves("r3", 2)
		e.servesOnly(release.Green)
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.empty(0)
		e.release("r5", `{}`).ends("Succeeded")
		e.serves("r5", 2)
		e.servesOnly(release.Green)
	})
}

func TestSecondFleetThatFailsIsRemoved(t *testing.T) {
	tests := map[string]struct {
		behavior machine.Behavior
		word     string
	}{
		"never healthy":    {machine.Behavior{NeverHealthy: true}, "Target.ResponseCodeMismatch"},
		"ill under way":    {machine.Behavior{UnhealthyAfter: 4 * time.Minute}, "TrafficRejected"},
		"one in ten fails": {machine.Behavior{ErrorShare: 0.1}, "TrafficRejected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(20) })
				e.fleetBehaves("r2", test.behavior)
				e.release("r2", `{"rebake": true, "traffic": [10, 100], "hold": "5m"}`).ends("FailedClean", test.word)
				e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(0) })
				e.serves("r1", e.grown())
				e.servesOnly(release.Blue)
			})
		})
	}
}

// An answer that is lost makes no second rule, fleet or shift.
func TestLostAnswerOfASecondFleetMakesNothingTwice(t *testing.T) {
	for _, lost := range []struct{ step, operation string }{
		{"OpenPreview", "CreateRule"}, {"CreateGroup", "CreateAutoScalingGroup"}, {"EnsureScaling", "UpdateAutoScalingGroup"}, {"ShiftTraffic", "ModifyListener"},
		{"Promote", "PutItem"}, {"RetireFleet", "ModifyListener"}, {"RetireFleet", "DeleteRule"}, {"RetireFleet", "DeleteAutoScalingGroup"},
	} {
		t.Run(lost.step+" "+lost.operation, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				e.losesAnswer(lost.step, lost.operation)
				e.release("r2", `{"rebake": true}`).ends("Succeeded")
				e.serves("r2", 2)
				e.servesOnly(release.Green)
			})
		})
	}
}

// A rule of somebody else keeps its priority.
func TestPreviewGivesWayToOthersRules(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		found, err := balancer.Find(t.Context(), e.Clients.ELB, e.Settings.Environment)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := balancer.Entrance(t.Context(), e.Clients.ELB, *found.LoadBalancerArn)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Clients.ELB.CreateRule(t.Context(), &elb.CreateRuleInput{
			ListenerArn: listener.ListenerArn, Priority: aws.Int32(1), Actions: listener.DefaultActions,
			Conditions: []types.RuleCondition{{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-Theirs"), Values: []string{"1"}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		e.release("r2", `{}`).ends("Succeeded")
		rules, err := e.Clients.ELB.DescribeRules(t.Context(), &elb.DescribeRulesInput{ListenerArn: listener.ListenerArn})
		if err != nil || len(rules.Rules) != 2 {
			t.Errorf("the listener has %+v (%v), want its default rule and the foreign one", rules, err)
		}
	})
}

// What an undo could not remove is not in the way of the next release, whatever its strategy.
func TestFleetThatAnUndoLeftIsRemovedByTheNextRelease(t *testing.T) {
	for _, strategy := range []string{"rolling", "blueGreen"} {
		t.Run(strategy, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				var allowed atomic.Bool
				e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
					if call.Operation.Name == "DeleteAutoScalingGroup" && !allowed.Load() {
						return nil, fabric.Denied(call.Operation)
					}
					return next()
				})
				e.fleetBehaves("r2", machine.Behavior{NeverHealthy: true})
				e.release("r2", `{"rebake": true}`).ends("FailedDirty", "group photogallery-main-green")
				allowed.Store(true)
				e.release("r3", `{"strategy": "`+strategy+`", "rebake": true}`).ends("Succeeded")
				e.serves("r3", 2)
				e.servesOnly(e.current().Serves())
			})
		})
	}
}

// A release whose end is in the way after it was promoted serves all the same.
func TestReleaseThatServesHasNotFailed(t *testing.T) {
	for name, test := range map[string]struct {
		step, operation string
		times           int32
		end             string
		words           []string
	}{
		"the answer to its promotion is lost": {"Promote", "PutItem", 20, "Succeeded", nil},
		"the former fleet goes late":          {"RetireFleet", "UpdateAutoScalingGroup", 1, "Succeeded", nil},
		"the former fleet stays":              {"", "DeleteAutoScalingGroup", 1000, "FailedDirty", []string{"Auto Scaling group photogallery-main", "Release r2 (version"}},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{}`).ends("Succeeded")
				var failed atomic.Int32
				e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
					if call.Operation.Name != test.operation || test.step != "" && call.Caller != test.step || failed.Add(1) > test.times {
						return next()
					}
					if test.step == "Promote" {
						_, _ = next()
						return nil, fabric.Errorf("InternalServerError", "the answer is lost")
					}
					return nil, fabric.Denied(call.Operation)
				})
				e.release("r2", `{"strategy": "blueGreen", "rebake": true}`).ends(test.end, test.words...)
				if recorded := e.current(); !recorded.Serving || recorded.Release != "r2" {
					t.Errorf("recorded is %+v", recorded)
				}
				if test.end == "Succeeded" {
					e.serves("r2", 2)
					e.servesOnly(release.Green)
				}
			})
		})
	}
}

func TestTeardownTakesBothFleets(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		execution := e.start(e.StartRelease(t.Context(), "r2", `{"rebake": true, "traffic": [50, 100]}`))
		for !slices.Contains(e.Path(execution), "WatchTraffic") {
			time.Sleep(time.Second)
		}
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.await(execution)
		e.await(e.settled("undo-r2")).ends("Succeeded") // which finds nothing
		e.empty(0)
	})
}

// A fleet that cannot be asked by the rule is not shown to visitors: the home page that they see is the
// former one's.
func TestSecondFleetIsNotVerifiedByTheOtherOnesHomePage(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if rules, reads := out.(*elb.DescribeRulesOutput); reads && call.Caller == "Verify" {
				rules.Rules = nil
			}
			return out, err
		})
		e.release("r2", `{}`).ends("FailedClean", "no preview rule")
		e.serves("r1", 2)
		e.servesOnly(release.Blue)
	})
}

// A rule that a list does not have yet is not taken for none: the step comes back to it.
func TestPreviewRuleThatIsNotListedYetIsReplaced(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		var made atomic.Int32
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if call.Operation.Name == "CreateRule" && made.Add(1) == 1 {
				return nil, fabric.Errorf("InternalFailure", "the answer is lost")
			}
			if rules, reads := out.(*elb.DescribeRulesOutput); reads && made.Load() == 1 {
				rules.Rules = nil
			}
			return out, err
		})
		e.release("r2", `{}`).ends("Succeeded")
		e.servesOnly(release.Green)
	})
}

// grown returns how many instances the serving fleet has.
func (e *environment) grown() int {
	_, desired, _ := e.capacity(e.current().Serves())
	return desired
}

// Wherever a release is stopped, the former fleet serves alone afterwards, as large as it was.
func TestStoppedShiftIsUndone(t *testing.T) {
	for _, stopped := range []string{"OpenPreview", "CreateGroup", "Verify", "EnsureScaling", "ShiftTraffic", "WatchTraffic"} {
		t.Run(stopped, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.release("r1", `{"minSize": 2, "maxSize": 4}`).ends("Succeeded")
				var done atomic.Bool
				e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
					out, err := next()
					if call.Caller == stopped && !done.Swap(true) {
						e.stop("r2")
					}
					return out, err
				})
				e.await(e.start(e.StartRelease(t.Context(), "r2", `{"rebake": true, "traffic": [10, 100]}`)))
				e.await(e.settled("undo-r2")).ends("Succeeded")
				e.serves("r1", 2)
				e.servesOnly(release.Blue)
				if least, _, most := e.capacity(release.Blue); least != 2 || most != 4 {
					t.Errorf("the former fleet has %d to %d instances", least, most)
				}
			})
		})
	}
}

// The former fleet may have to take all visitors back, so it keeps its size until it goes.
func TestFormerFleetDoesNotShrinkWhileItMayHaveToTakeOver(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(10) }) // enough for four instances
		e.release("r1", `{"minSize": 2, "maxSize": 5, "desired": 4}`).ends("Succeeded")
		execution := e.start(e.StartRelease(t.Context(), "r2", `{"rebake": true, "bakeTime": "2h"}`))
		for !slices.Contains(e.Path(execution), "WatchTraffic") {
			time.Sleep(time.Second)
		}
		e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(0) })
		time.Sleep(time.Hour)
		for _, slot := range release.Slots() {
			if _, desired, _ := e.capacity(slot); desired != 4 {
				t.Errorf("the fleet in slot %s has %d instances while it bakes, want 4", slot, desired)
			}
		}
		e.await(execution).ends("Succeeded")
		e.servesOnly(release.Green)
		time.Sleep(time.Hour)
		e.serves("r2", 2)
	})
}

// The new fleet gets no visitor before it was verified by the rule that only the release knows.
func TestSecondFleetIsVerifiedBeforeVisitorsSeeIt(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		execution := e.start(e.StartRelease(t.Context(), "r2", `{"rebake": true}`))
		verified := func() bool { return slices.Contains(e.Path(execution), "HoldScaling") }
		for !verified() {
			time.Sleep(time.Second)
			found, err := balancer.Find(t.Context(), e.Clients.ELB, e.Settings.Environment)
			if err != nil {
				t.Fatal(err)
			}
			listener, err := balancer.Entrance(t.Context(), e.Clients.ELB, *found.LoadBalancerArn)
			if err != nil || !verified() && !balancer.ServesOnly(e.Settings, listener.DefaultActions[0], release.Blue) {
				t.Fatalf("the listener forwards to %+v (%v)", listener.DefaultActions, err)
			}
		}
		end := e.await(execution).ends("Succeeded")
		if strings.Contains(end.Output, "Preview") {
			t.Errorf("the output has the preview's secret: %s", end.Output)
		}
	})
}
