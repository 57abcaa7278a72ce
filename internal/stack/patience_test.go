package stack

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
)

func TestBuildWithoutAnswerEndsAtTheNextHeartbeat(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.refuses("Resume", "SendTaskSuccess", "ThrottlingException")
		e.release("r1", `{}`).ends("Succeeded")
		e.serves("r1", 2)
	})
}

func TestBuilderWaitsForCapacity(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.full(true)
		execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
		time.Sleep(15 * time.Second)
		e.full(false)
		e.await(execution).ends("Succeeded")
		e.serves("r1", 2)
	})
}

// What was made seconds ago may not be known everywhere: the stack's instance profiles, the release's template.
func TestReleaseWaitsForWhatWasJustMade(t *testing.T) {
	template := fabric.Errorf("AccessDenied", "You are not authorized to use launch template: lt-0123456789abcdef0")
	profile := fabric.Errorf("InvalidParameterValue", "Value (builder) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
	valid := fabric.Errorf("ValidationError", "You must use a valid fully-formed launch template. Invalid IAM Instance Profile ARN")
	tests := map[string]error{"RunInstances": profile, "CreateAutoScalingGroup": template, "StartInstanceRefresh": valid}
	for operation, refusal := range tests {
		for times, end := range map[int]string{3: "Succeeded", 1000: "FailedClean"} {
			t.Run(fmt.Sprintf("%s after %d refusals", operation, times), func(t *testing.T) {
				inVirtualTime(t, func(t *testing.T, e *environment) {
					if operation == "StartInstanceRefresh" {
						e.release("r0", `{}`).ends("Succeeded")
					}
					lift := e.refusesWith(operation, refusal, times)
					begun := time.Now()
					ended := e.release("r1", `{"strategy": "rolling", "rebake": true}`)
					lift()
					if ended.ends(end); end == "FailedClean" {
						ended.ends(end, "NotSeenYet")
					}
					if took := time.Since(begun); end == "FailedClean" && took > 20*time.Minute {
						t.Errorf("it gives up after %v", took)
					}
				})
			})
		}
	}
}

// Each stage of a teardown is awaited: the group's instances leave their target group on their way out.
func TestTeardownKeepsTheLoadBalancerUntilTheGroupIsGone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		var once sync.Once
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DeleteLoadBalancer" {
				once.Do(func() {
					group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Name())
					if err != nil || group != nil {
						t.Errorf("the load balancer goes before %+v, %v", group, err)
					}
				})
			}
			return next()
		})
		e.teardown("t1", `{}`).ends("Succeeded")
	})
}

func TestTeardownNamesResourcesMadeBehindIt(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		var once sync.Once
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Caller == "VerifyNothingLeft" {
				once.Do(func() { e.schedule("r9") })
			}
			return next()
		})
		e.teardown("t1", `{}`).ends("FailedDirty", "LeftBehind", inventory.TTLSchedule("main", "r9"))
	})
}

// schedule makes the ttl schedule of a release.
func (e *environment) schedule(name string) {
	group := e.Settings.Environment.Name()
	_, err := e.Clients.Scheduler.CreateSchedule(e.Context(), &scheduler.CreateScheduleInput{
		GroupName: &group, Name: aws.String(inventory.TTLSchedule(e.Settings.Environment, name)), ScheduleExpression: aws.String("at(2100-01-01T00:00:00)"),
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target:             &types.Target{Arn: &e.Settings.TeardownMachine, RoleArn: &e.Settings.ScheduleRole},
	})
	if err != nil {
		e.Error(err)
	}
}
