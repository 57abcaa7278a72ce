package lock

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// The history's entry of an execution is written in the lock, too. So the run that ends the lock, the
// execution itself or the one that takes it over, can write an entry that was lost between the two
// writes, or never closed.

// entryOf returns the entry of an execution that takes the lock.
func entryOf(in Input, since time.Time) release.Entry {
	entry := release.Entry{Kind: release.TeardownEntry, Name: release.NameOf(in.Execution), Undoes: in.Undo, By: in.By, Began: since}
	if in.Release == "" {
		return entry
	}
	plan := in.Plan
	entry.Kind, entry.Undoes = release.ReleaseEntry, ""
	if plan.Run {
		entry.Kind = release.RunEntry
	}
	entry.Version, entry.Strategy, entry.By, entry.Commit = plan.Version, plan.Strategy, plan.By, plan.Commit
	entry.Digest, entry.Bundle, entry.Settings = plan.Digest, plan.Bundle, plan.Settings
	return entry
}

// open writes the entry of the lock's holder, and closes those that are open though nobody else can
// hold the lock: their executions could not. A lock of a time without a history has none.
func (l locker) open(ctx context.Context, holder records.Lock) error {
	if holder.Entry.Name == "" {
		return nil
	}
	var others release.History
	err := records.ChangeHistory(ctx, l.table, l.settings.Table, func(h release.History) release.History {
		h = h.Open(holder.Entry)
		others = h.Unended(holder.Entry)
		return h
	})
	for _, entry := range others {
		err = errors.Join(err, l.close(ctx, l.executionOf(entry), entry))
	}
	return err
}

// executionOf returns the ARN of an entry's execution.
func (l locker) executionOf(entry release.Entry) string {
	machine := l.settings.ReleaseMachine
	if entry.Kind == release.TeardownEntry {
		machine = l.settings.TeardownMachine
	}
	return release.ExecutionOf(machine, entry.Name)
}

// closed writes the entry's end with a method of the history. The serving release's record has its
// image.
func closed(ctx context.Context, api records.HistoryAPI, table string, entry release.Entry, serving release.Current, end func(release.History, release.Entry) release.History) error {
	if entry.Name == "" {
		return nil
	}
	if entry.Kind == release.ReleaseEntry && serving.Serving && serving.Release == entry.Name {
		entry.Served, entry.Image = true, serving.Image
	}
	return records.ChangeHistory(ctx, api, table, func(h release.History) release.History { return end(h, entry) })
}

// closeFormer closes the entry of a holder that has died with the lock.
func (l locker) closeFormer(ctx context.Context, former records.Lock) error {
	if former.Holder == "" || former.Entry.Name == "" {
		return nil
	}
	return l.close(ctx, former.Holder, former.Entry)
}

// close writes the end that Step Functions knows. An execution that is about to end keeps its entry
// open, for the next one to close.
func (l locker) close(ctx context.Context, execution string, entry release.Entry) error {
	out, err := l.executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(execution)})
	if err != nil && !release.IsNotFound(err) {
		return err
	}
	if err == nil && isRunning(out) {
		return nil
	}
	entry.End, entry.Reason, entry.Ended = release.Broken, "Step Functions does not know the execution any more.", time.Now().UTC()
	if err == nil {
		entry.End, entry.Reason, entry.Ended = endOf(out), reasonOf(out), aws.ToTime(out.StopDate).UTC()
	}
	serving, err := records.ReadCurrent(ctx, l.table, l.settings.Table)
	if err != nil && release.CodeOf(err) != release.Unexpected {
		return err
	}
	return closed(ctx, l.table, l.settings.Table, entry, serving, release.History.Correct)
}

// endOf returns the end of an execution that has not unlocked, or could not.
func endOf(out *sfn.DescribeExecutionOutput) release.End {
	switch out.Status {
	case types.ExecutionStatusSucceeded:
		return release.Succeeded
	case types.ExecutionStatusAborted:
		return release.Aborted
	case types.ExecutionStatusTimedOut:
		return release.TimedOut
	}
	if name := aws.ToString(out.Error); release.IsEnd(name) {
		return release.End(name)
	}
	return release.Broken
}

func reasonOf(out *sfn.DescribeExecutionOutput) string {
	if out.Status == types.ExecutionStatusSucceeded {
		return ""
	}
	name, cause := aws.ToString(out.Error), aws.ToString(out.Cause)
	if name == "" || release.IsEnd(name) {
		return cmp.Or(cause, name)
	}
	return Failure{name, cause}.String()
}

// ended returns the entry of an execution that unlocks now.
func ended(entry release.Entry, in UnlockInput) release.Entry {
	entry.Ended, entry.End, entry.Verdict = time.Now().UTC(), release.Succeeded, verdictIn(in.Run)
	if in.Failure != nil {
		entry.End, entry.Reason = release.FailedClean, in.Failure.String()
	}
	if in.Dirty != nil {
		entry.End = release.FailedDirty
		if in.Failure == nil || *in.Failure != *in.Dirty {
			entry.Reason = joined(entry.Reason, "Something is left behind: "+in.Dirty.String())
		}
	}
	return entry
}

// verdictIn returns the judge's last words, or "" for a run without a second fleet.
func verdictIn(run json.RawMessage) string {
	var found struct {
		Watch struct {
			Judgment string `json:"judgment"`
		} `json:"watch"`
	}
	if json.Unmarshal(run, &found) != nil {
		return "" // a teardown gives nothing
	}
	return found.Watch.Judgment
}

func joined(reason, more string) string {
	if reason == "" {
		return more
	}
	return reason + " " + more
}
