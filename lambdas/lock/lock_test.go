package lock_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/lambdas/lock"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const table = "photogallery-main"

// environment is a lock table beside two state machines whose executions do nothing for a day.
type environment struct {
	*testing.T
	fabric   *fabric.Fabric
	machines *stepfunctions.Service
	clients  step.Clients
	settings step.Settings
}

func inEnvironment(t *testing.T, test func(e environment)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		e := environment{
			T: t, fabric: f, machines: stepfunctions.New(f, stepfunctions.Options{}),
			clients: step.NewClients(f.Config(), nil),
			settings: step.Settings{
				Environment: "main", Table: table, Timings: step.DefaultTimings(),
				ReleaseMachine: stepfunctions.MachineARN("release"), TeardownMachine: stepfunctions.MachineARN("teardown"),
			},
		}
		tables := dynamodb.New(f)
		f.Do(func() { tables.AddTable(table, records.Key) })
		for _, machine := range []string{"release", "teardown"} {
			if _, err := e.machines.AddMachine(machine, []byte(`{"StartAt": "Idle", "States": {"Idle": {"Type": "Wait", "Seconds": 86400, "End": true}}}`), nil); err != nil {
				t.Fatal(err)
			}
		}
		defer e.machines.Close()
		defer f.Close()
		test(e)
	})
}

// start begins an execution and lets it get under way.
func (e environment) start(machine, name string) string {
	e.Helper()
	var arn string
	var err error
	e.fabric.Do(func() { arn, err = e.machines.Start(stepfunctions.MachineARN(machine), name, "{}") })
	if err != nil {
		e.Fatal(err)
	}
	synctest.Wait()
	return arn
}

func (e environment) stop(execution string) {
	e.Helper()
	if _, err := e.clients.SFN.StopExecution(e.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
		e.Fatal(err)
	}
	synctest.Wait()
}

func (e environment) status(execution string) string {
	e.Helper()
	out, err := e.clients.SFN.DescribeExecution(e.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		e.Fatal(err)
	}
	return string(out.Status)
}

func (e environment) invoke(s step.Step, in any, out any) error {
	e.Helper()
	payload, err := json.Marshal(in)
	if err != nil {
		e.Fatal(err)
	}
	answer, err := s.Handler(e.clients, e.settings, slog.New(slog.DiscardHandler)).Invoke(e.Context(), payload)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		e.Fatal(err)
	}
	return nil
}

func (e environment) lock(in lock.Input) lock.Output {
	e.Helper()
	var out lock.Output
	if err := e.invoke(lock.Lock, in, &out); err != nil {
		e.Fatal(err)
	}
	if out.Abandoned == nil || out.Report == "" || out.UndoBy.Before(time.Now()) {
		e.Errorf("incomplete answer %+v", out)
	}
	return out
}

func (e environment) unlock(in lock.UnlockInput) string {
	e.Helper()
	var out lock.UnlockOutput
	if err := e.invoke(lock.Unlock, in, &out); err != nil {
		e.Fatal(err)
	}
	return out.Report
}

func (e environment) holds(execution string) bool {
	e.Helper()
	err := records.RequireLock(e.Context(), e.clients.DynamoDB, table, execution)
	if err != nil && release.CodeOf(err) != release.LockLost {
		e.Fatal(err)
	}
	return err == nil
}

func of(execution, name string) lock.Input {
	return lock.Input{Call: step.Call{Execution: execution}, Release: name}
}

func TestLockTakesAndReleasesAFreeEnvironment(t *testing.T) {
	inEnvironment(t, func(e environment) {
		one, other := e.start("release", "r1"), e.start("release", "r2")
		for range 2 { // a lost answer is asked for again
			if out := e.lock(of(one, "r1")); out.Outcome != lock.Acquired || out.Holder != one || len(out.Abandoned) > 0 {
				t.Fatalf("got %+v", out)
			}
		}
		if !e.holds(one) || e.holds(other) {
			t.Error("the lock is not the first execution's")
		}
		for range 2 {
			e.unlock(lock.UnlockInput{Call: step.Call{Execution: one}})
		}
		if e.holds(one) {
			t.Error("the lock is still held")
		}
		if out := e.lock(of(other, "r2")); out.Outcome != lock.Acquired {
			t.Errorf("got %+v", out)
		}
	})
}

func TestLockRefusesOrWaitsForABusyEnvironment(t *testing.T) {
	inEnvironment(t, func(e environment) {
		one, other := e.start("release", "r1"), e.start("release", "r2")
		e.lock(of(one, "r1"))
		refused := e.lock(of(other, "r2"))
		if refused.Outcome != lock.Refused || refused.Holder != one {
			t.Errorf("got %+v", refused)
		}
		for _, words := range []string{"main is busy", "the release r1", `give "wait": true`} {
			if !strings.Contains(refused.Report, words) {
				t.Errorf("%q does not say %q", refused.Report, words)
			}
		}
		patient := of(other, "r2")
		patient.Wait = true
		if out := e.lock(patient); out.Outcome != lock.Busy || out.Holder != one {
			t.Errorf("got %+v", out)
		}
		e.unlock(lock.UnlockInput{Call: step.Call{Execution: other}})
		if !e.holds(one) {
			t.Error("the refused run took the lock away")
		}
	})
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func TestHolderAwaitingRedriveHasNotEnded(t *testing.T) {
	inEnvironment(t, func(e environment) {
		holder := e.start("release", "r1")
		e.lock(of(holder, "r1"))
		e.stop(holder)
		e.fabric.Intercept(func(_ context.Context, _ fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if described, is := out.(*sfn.DescribeExecutionOutput); is && *described.ExecutionArn == holder {
				described.Status = types.ExecutionStatusPendingRedrive
			}
			return out, err
		})
		time.Sleep(time.Hour)
		if out := e.lock(of(e.start("release", "r2"), "r2")); out.Outcome != lock.Refused || !e.holds(holder) {
			t.Errorf("got %+v", out)
		}
	})
}

func TestLockGoesToOneOfMany(t *testing.T) {
	inEnvironment(t, func(e environment) {
		var executions []string
		for _, name := range []string{"r1", "r2", "r3", "r4", "r5", "r6"} {
			executions = append(executions, e.start("release", name))
		}
		outcomes := make([]lock.Outcome, len(executions))
		var all sync.WaitGroup
		for i, execution := range executions {
			all.Go(func() { outcomes[i] = e.lock(of(execution, "r")).Outcome })
		}
		all.Wait()
		acquired := 0
		for i, outcome := range outcomes {
			if outcome == lock.Acquired {
				acquired++
			}
			if (outcome == lock.Acquired) != e.holds(executions[i]) {
				t.Errorf("%s was told %s", executions[i], outcome)
			}
		}
		if acquired != 1 {
			t.Errorf("%d executions hold the environment", acquired)
		}
	})
}

func TestLockInheritsFromADeadHolder(t *testing.T) {
	inEnvironment(t, func(e environment) {
		dead := e.start("release", "r1")
		e.lock(of(dead, "r1"))
		e.stop(dead)
		heir := e.start("release", "r2")
		if out := e.lock(of(heir, "r2")); out.Outcome != lock.Busy || !strings.Contains(out.Report, "has just ended") {
			t.Errorf("the last step of a stopped execution got no time: %+v", out)
		}
		time.Sleep(e.settings.Timings.Settle)
		for range 2 {
			out := e.lock(of(heir, "r2"))
			if diff := cmp.Diff([]string{"r1"}, out.Abandoned); out.Outcome != lock.Inherited || out.Holder != heir || diff != "" {
				t.Fatalf("got %+v", out)
			}
		}
		// The heir dies in turn: both releases are to be undone, each once.
		e.stop(heir)
		time.Sleep(e.settings.Timings.Settle)
		undo := lock.Input{Call: step.Call{Execution: e.start("teardown", "undo-r2")}, Undo: "r2", Wait: true}
		if diff := cmp.Diff([]string{"r1", "r2"}, e.lock(undo).Abandoned); diff != "" {
			t.Error(diff)
		}
	})
}

func TestUndoWithoutLockIsStillAnUndo(t *testing.T) {
	inEnvironment(t, func(e environment) {
		undo := lock.Input{Call: step.Call{Execution: e.start("teardown", "undo-r1")}, Undo: "r1", Wait: true}
		if out := e.lock(undo); out.Outcome != lock.Inherited || len(out.Abandoned) != 1 || out.Abandoned[0] != "r1" {
			t.Errorf("got %+v", out)
		}
	})
}

func TestForgottenHolderHasEnded(t *testing.T) {
	inEnvironment(t, func(e environment) {
		forgotten := stepfunctions.MachineARN("release")
		forgotten = strings.Replace(forgotten, ":stateMachine:", ":execution:", 1) + ":r0"
		e.lock(of(forgotten, "r0"))
		next := of(e.start("release", "r1"), "r1")
		if out := e.lock(next); out.Outcome != lock.Busy {
			t.Errorf("an execution that was only just started is taken for dead: %+v", out)
		}
		time.Sleep(e.settings.Timings.Settle)
		if out := e.lock(next); out.Outcome != lock.Inherited || out.Abandoned[0] != "r0" {
			t.Errorf("got %+v", out)
		}
	})
}

func TestTeardownStopsARunningReleaseAndInheritsIt(t *testing.T) {
	inEnvironment(t, func(e environment) {
		running := e.start("release", "r1")
		e.lock(of(running, "r1"))
		nightly := lock.Input{Call: step.Call{Execution: e.start("teardown", "t1")}, Wait: true, Interrupt: true}
		if out := e.lock(nightly); out.Outcome != lock.Busy || !strings.Contains(out.Report, "told to stop") {
			t.Errorf("got %+v", out)
		}
		if status := e.status(running); status != "ABORTED" {
			t.Errorf("the release is %s", status)
		}
		time.Sleep(e.settings.Timings.Settle)
		if out := e.lock(nightly); out.Outcome != lock.Inherited || out.Abandoned[0] != "r1" {
			t.Errorf("got %+v", out)
		}
	})
}

func TestTeardownIsNotStoppedByAnother(t *testing.T) {
	inEnvironment(t, func(e environment) {
		running := e.start("teardown", "t1")
		e.lock(of(running, ""))
		other := lock.Input{Call: step.Call{Execution: e.start("teardown", "t2")}, Wait: true, Interrupt: true}
		if out := e.lock(other); out.Outcome != lock.Busy || !strings.Contains(out.Report, "the teardown t1") {
			t.Errorf("got %+v", out)
		}
		if status := e.status(running); status != "RUNNING" {
			t.Errorf("the first teardown is %s", status)
		}
	})
}

func TestUnlockReportsWhatIsLeftWithoutTheServingRelease(t *testing.T) {
	inEnvironment(t, func(e environment) {
		holder := e.start("release", "r1")
		e.lock(of(holder, "r1"))
		reads := 0
		e.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "GetItem" {
				if reads++; reads == 2 { // the first is of the lock
					return nil, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
				}
			}
			return next()
		})
		got := e.unlock(lock.UnlockInput{Call: step.Call{Execution: holder}, Dirty: &lock.Failure{Error: "SweepStuck", Cause: "group photogallery-main is left"}})
		if !strings.Contains(got, "group photogallery-main is left") || !strings.Contains(got, "cannot be read") || e.holds(holder) {
			t.Errorf("got %q, and held is %t", got, e.holds(holder))
		}
	})
}

func TestUnlockReportsHowItEnded(t *testing.T) {
	failed := &lock.Failure{Error: "BuildFailed", Cause: `{"errorType":"BuildFailed","errorMessage":"builder i-1 could not provision the bundle"}`}
	left := &lock.Failure{Error: "SweepStuck", Cause: `{"errorType":"SweepStuck","errorMessage":"group photogallery-main is left."}`}
	serving := release.Current{Serving: true, Release: "r1", Version: "1.0"}
	tests := map[string]struct {
		serving release.Current
		in      lock.UnlockInput
		want    string
	}{
		"success":            {serving, lock.UnlockInput{}, "Release r1 (version 1.0) serves."},
		"clean failure":      {serving, lock.UnlockInput{Failure: failed}, "BuildFailed: builder i-1 could not provision the bundle. Release r1 (version 1.0) serves."},
		"nothing serves":     {release.Current{}, lock.UnlockInput{Failure: failed}, "BuildFailed: builder i-1 could not provision the bundle. No release serves."},
		"dirty failure":      {serving, lock.UnlockInput{Failure: failed, Dirty: left}, "BuildFailed: builder i-1 could not provision the bundle. Something is left behind: SweepStuck: group photogallery-main is left. Start a teardown to remove it. Release r1 (version 1.0) serves."},
		"dirty and the same": {release.Current{}, lock.UnlockInput{Failure: left, Dirty: left}, "Something is left behind: SweepStuck: group photogallery-main is left. Start a teardown to remove it. No release serves."},
		"a plain cause":      {release.Current{}, lock.UnlockInput{Failure: &lock.Failure{Error: "BuilderDied", Cause: "it went away"}}, "BuilderDied: it went away. No release serves."},
		"no cause":           {release.Current{}, lock.UnlockInput{Failure: &lock.Failure{Error: "States.Timeout"}}, "States.Timeout. No release serves."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				if err := records.WriteCurrent(e.Context(), e.clients.DynamoDB, table, test.serving); err != nil {
					e.Fatal(err)
				}
				if got := e.unlock(test.in); got != test.want {
					t.Errorf("got  %q\nwant %q", got, test.want)
				}
			})
		})
	}
}

func TestReportFitsTheCauseOfAFailState(t *testing.T) {
	inEnvironment(t, func(e environment) {
		long := &lock.Failure{Error: "BuildFailed", Cause: strings.Repeat("ü", 200_000)}
		if got := e.unlock(lock.UnlockInput{Failure: long, Dirty: &lock.Failure{Error: "X", Cause: long.Cause}}); len([]rune(got)) > 20_000 {
			t.Errorf("the report has %d characters", len([]rune(got)))
		}
	})
}

func TestAnotherRunThatMovesInBetweenIsSeen(t *testing.T) {
	inEnvironment(t, func(e environment) {
		faster, slower := e.start("release", "r1"), e.start("release", "r2")
		moved := false
		e.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "PutItem" && !moved {
				moved = true
				e.lock(of(faster, "r1"))
			}
			return next()
		})
		if out := e.lock(of(slower, "r2")); out.Outcome != lock.Refused || out.Holder != faster {
			t.Errorf("got %+v", out)
		}
	})
}

func TestLockOfADeadHolderGoesToOneSuccessor(t *testing.T) {
	inEnvironment(t, func(e environment) {
		dead, faster, slower := e.start("release", "r0"), e.start("release", "r1"), e.start("release", "r2")
		e.lock(of(dead, "r0"))
		e.stop(dead)
		time.Sleep(e.settings.Timings.Settle)
		moved := false
		e.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "PutItem" && !moved {
				moved = true
				e.lock(of(faster, "r1"))
			}
			return next()
		})
		if out := e.lock(of(slower, "r2")); out.Outcome != lock.Refused || out.Holder != faster || !e.holds(faster) {
			t.Errorf("got %+v", out)
		}
	})
}

func TestFailedLookupIsNotAnAnswer(t *testing.T) {
	inEnvironment(t, func(e environment) {
		holder := e.start("release", "r1")
		e.lock(of(holder, "r1"))
		e.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DescribeExecution" {
				return nil, fabric.Errorf("AccessDeniedException", "not you")
			}
			return next()
		})
		err := e.invoke(lock.Lock, of(e.start("release", "r2"), "r2"), &lock.Output{})
		var reported messages.InvokeResponse_Error
		if !errors.As(err, &reported) || reported.Type != string(release.AccessDenied) {
			t.Errorf("got %v", err)
		}
		if !e.holds(holder) {
			t.Error("the lock was taken over from an execution that may still run")
		}
	})
}
