package lock_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

func (e environment) history() release.History {
	e.Helper()
	history, err := records.ReadHistory(e.Context(), e.clients.DynamoDB, table)
	if err != nil {
		e.Fatal(err)
	}
	return history
}

// The run that takes a dead holder's lock over writes how that ended.
func TestDeadHolderHasItsEndInTheHistory(t *testing.T) {
	for name, test := range map[string]struct {
		status       types.ExecutionStatus
		error, cause string
		end          release.End
		reason       string
	}{
		"stopped":              {types.ExecutionStatusAborted, "", "", release.Aborted, ""},
		"stopped by somebody":  {types.ExecutionStatusAborted, "Interrupted", "a teardown", release.Aborted, "Interrupted: a teardown"},
		"out of time":          {types.ExecutionStatusTimedOut, "States.Timeout", "", release.TimedOut, "States.Timeout"},
		"broken":               {types.ExecutionStatusFailed, "States.Runtime", "no such path", release.Broken, "States.Runtime: no such path"},
		"its lock stayed":      {types.ExecutionStatusFailed, "FailedDirty", "the lock could not be removed", release.FailedDirty, "the lock could not be removed"},
		"and it had succeeded": {types.ExecutionStatusSucceeded, "", "", release.Succeeded, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				holder := e.start("release", "r1")
				in := of(holder, "r1")
				in.Plan = release.Plan{Version: "1", By: "ann", Strategy: release.BlueGreen}
				e.lock(in)
				e.stop(holder)
				ended := time.Now()
				e.fabric.Intercept(func(_ context.Context, _ fabric.Call, next func() (any, error)) (any, error) {
					out, err := next()
					if described, is := out.(*sfn.DescribeExecutionOutput); is {
						described.Status, described.Error, described.Cause = test.status, aws.String(test.error), aws.String(test.cause)
					}
					return out, err
				})
				time.Sleep(e.settings.Timings.Settle)
				e.lock(of(e.start("release", "r2"), "r2"))
				history := e.history()
				if len(history) != 2 || history[0].Name != "r2" || !history[0].Ended.IsZero() {
					t.Fatalf("the history is %+v", history)
				}
				if dead := history[1]; dead.End != test.end || dead.Reason != test.reason || !dead.Ended.Equal(ended) || dead.By != "ann" || dead.Version != "1" || dead.Served {
					t.Errorf("the dead holder has %+v", dead)
				}
			})
		})
	}
}

func TestForgottenHolderHasAnEndInTheHistory(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.lock(of("arn:aws:states:us-east-1:123456789012:execution:release:r0", "r0"))
		time.Sleep(e.settings.Timings.Settle)
		e.lock(lock.Input{Call: step.Call{Execution: e.start("teardown", "t1")}, By: "ann", Wait: true})
		history := e.history()
		if len(history) != 2 || history[0].Kind != release.TeardownEntry || history[0].By != "ann" || history[1].End != release.Broken || history[1].Ended.IsZero() {
			t.Errorf("the history is %+v", history)
		}
	})
}

// An Unlock that DynamoDB refuses for good leaves an entry open, or with an end that the run did not
// have: the next run mends it.
func TestNextRunMendsTheEndOfARefusedUnlock(t *testing.T) {
	for operation, test := range map[string]struct {
		fails bool
		wrote release.End
	}{
		"GetItem":    {false, ""},
		"DeleteItem": {true, release.Succeeded},
	} {
		t.Run(operation, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				holder := e.start("release", "r1")
				e.lock(of(holder, "r1"))
				refusing := true
				e.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
					if refusing && call.Operation.Name == operation {
						return nil, fabric.Errorf("AccessDeniedException", "no")
					}
					return next()
				})
				err := e.invoke(lock.Unlock, lock.UnlockInput{Call: step.Call{Execution: holder}}, new(lock.UnlockOutput))
				if (err != nil) != test.fails {
					t.Errorf("Unlock answers %v", err)
				}
				refusing = false
				if got := e.history()[0].End; got != test.wrote {
					t.Errorf("Unlock wrote %q", got)
				}
				e.stop(holder)
				time.Sleep(e.settings.Timings.Settle)
				e.lock(of(e.start("release", "r2"), "r2"))
				if history := e.history(); len(history) != 2 || history[0].End != "" || history[1].End != release.Aborted || history[1].Ended.IsZero() {
					t.Errorf("the history is %+v", history)
				}
			})
		})
	}
}
