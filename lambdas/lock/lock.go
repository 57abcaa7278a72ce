// Package lock lets one execution at a time work on an environment.
package lock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Lock locks the environment for an execution and opens its entry in the history. It takes over the
// lock of an execution that has ended, and returns the releases that must be undone.
var Lock = step.Define(step.Step{
	Name:     "Lock",
	Summary:  "Lock the environment for this execution, or name the execution that holds the lock.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "states:DescribeExecution", Scope: step.StackMachines},
		{Name: "states:StopExecution", Scope: step.StackMachines},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (Output, error) {
	return locker{clients.DynamoDB, clients.SFN, settings}.lock
})

// Input is the input of Lock.
type Input struct {
	step.Call
	Release   string `json:"release"`   // the holder's own release, or "" for a teardown
	Undo      string `json:"undo"`      // a release to undo, or "" if there is none
	Wait      bool   `json:"wait"`      // answer busy instead of refused
	Interrupt bool   `json:"interrupt"` // stop a release that holds the lock

	Plan release.Plan `json:"plan"` // of a release
	By   string       `json:"by"`   // who started a teardown
}

// Outcome is the result of an attempt to lock.
type Outcome string

// The outcomes.
const (
	Acquired  Outcome = "acquired"
	Inherited Outcome = "inherited" // acquired, with releases to undo first
	Busy      Outcome = "busy"      // held by another execution: try again
	Refused   Outcome = "refused"   // held by another execution: give up
)

// Interrupted is the error of a release that a teardown stopped.
const Interrupted = "Interrupted"

// Output is the answer of Lock.
type Output struct {
	Outcome   Outcome   `json:"outcome"`
	Holder    string    `json:"holder"` // ARN of the execution that holds the lock
	Abandoned []string  `json:"abandoned"`
	UndoBy    time.Time `json:"undoBy"`
	Report    string    `json:"report"` // a sentence for the person who waits or was refused
	Wait      int       `json:"wait"`   // seconds until the next attempt
}

// Note is the report of an execution that does not simply go on.
func (o Output) Note() string {
	if o.Outcome == Acquired {
		return ""
	}
	return o.Report
}

type tableAPI interface {
	records.Reader
	records.Writer
}

type executionAPI interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	StopExecution(context.Context, *sfn.StopExecutionInput, ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error)
}

type locker struct {
	table      tableAPI
	executions executionAPI
	settings   step.Settings
}

// lock tries again if another execution wrote between its read and its write.
func (l locker) lock(ctx context.Context, in Input) (Output, error) {
	for range 3 {
		out, err := l.try(ctx, in)
		if !release.IsAlreadyExists(err) {
			return out, err
		}
	}
	return l.answer(Busy, records.Lock{}, "Other executions are taking the environment at this moment."), nil
}

func (l locker) try(ctx context.Context, in Input) (Output, error) {
	held, err := records.ReadLock(ctx, l.table, l.settings.Table)
	switch {
	case err != nil:
		return Output{}, err
	case held == nil:
		return l.take(ctx, in, records.Lock{})
	case held.Holder == in.Execution:
		return l.granted(*held), l.open(ctx, *held)
	}
	over, since, err := l.isOver(ctx, *held)
	if err != nil {
		return Output{}, err
	}
	if !over {
		return l.contend(ctx, in, *held)
	}
	if left := time.Until(since.Add(l.settings.Timings.Settle)); left > 0 {
		return l.answer(Busy, *held, fmt.Sprintf("%s has just ended; its last step gets %s more to end too.", describe(*held), left.Round(time.Second))), nil
	}
	return l.take(ctx, in, *held)
}

// take replaces the former holder's record with one that lists the releases to undo. The former
// holder's entry is closed before its record is gone.
func (l locker) take(ctx context.Context, in Input, former records.Lock) (Output, error) {
	if err := l.closeFormer(ctx, former); err != nil {
		return Output{}, err
	}
	mine := records.Lock{Holder: in.Execution, Release: in.Release, Since: time.Now().UTC()}
	mine.Entry = entryOf(in, mine.Since)
	for _, name := range append(slices.Clone(former.Undo), former.Release, in.Undo) {
		if name != "" && !slices.Contains(mine.Undo, name) {
			mine.Undo = append(mine.Undo, name)
		}
	}
	if err := records.WriteLock(ctx, l.table, l.settings.Table, former.Holder, mine); err != nil {
		return Output{}, err
	}
	return l.granted(mine), l.open(ctx, mine)
}

// isOver reports whether the holder has ended, and since when. An execution that is not found right
// after it took the lock was only just started; later it is over and forgotten.
func (l locker) isOver(ctx context.Context, held records.Lock) (bool, time.Time, error) {
	out, err := l.executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(held.Holder)})
	if release.IsNotFound(err) {
		return true, held.Since, nil
	}
	if err != nil {
		return false, time.Time{}, err
	}
	return !isRunning(out), aws.ToTime(out.StopDate), nil
}

func isRunning(out *sfn.DescribeExecutionOutput) bool {
	return out.Status == types.ExecutionStatusRunning || out.Status == types.ExecutionStatusPendingRedrive
}

func (l locker) contend(ctx context.Context, in Input, held records.Lock) (Output, error) {
	report := fmt.Sprintf("Environment %s is busy: %s has held it since %s.", l.settings.Environment, describe(held), held.Since.Format(time.RFC3339))
	if in.Interrupt && held.Release != "" {
		_, err := l.executions.StopExecution(ctx, &sfn.StopExecutionInput{
			ExecutionArn: aws.String(held.Holder),
			Error:        aws.String(Interrupted),
			Cause:        aws.String("A teardown of the environment was started: " + in.Execution),
		})
		if err != nil && !release.IsNotFound(err) {
			return Output{}, err
		}
		return l.answer(Busy, held, report+" It was told to stop."), nil
	}
	if in.Wait {
		return l.answer(Busy, held, report), nil
	}
	return l.answer(Refused, held, report+` Nothing was touched. Try again when it has ended, or give "wait": true.`), nil
}

func (l locker) granted(mine records.Lock) Output {
	if len(mine.Undo) == 0 {
		return l.answer(Acquired, mine, "The environment is this execution's.")
	}
	out := l.answer(Inherited, mine, "To be undone first: "+strings.Join(mine.Undo, ", ")+".")
	out.Abandoned = mine.Undo
	return out
}

func (l locker) answer(outcome Outcome, holder records.Lock, report string) Output {
	return Output{
		Outcome: outcome, Holder: holder.Holder, Abandoned: []string{},
		UndoBy: time.Now().UTC().Add(l.settings.Timings.Sweep), Report: report,
		Wait: step.Pause(int(time.Since(holder.Since) / l.settings.Timings.Second)),
	}
}

func describe(held records.Lock) string {
	name := release.NameOf(held.Holder)
	switch {
	case held.Release == "":
		return "the teardown " + name
	case held.Entry.Kind == release.RunEntry:
		return "the run " + name
	}
	return "the release " + name
}
