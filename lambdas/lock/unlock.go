package lock

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Unlock closes the history's entry, releases the lock and reports how the execution ended.
var Unlock = step.Define(step.Step{
	Name:     "Unlock",
	Summary:  "Give the environment back and report how the execution ended.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:DeleteItem", Scope: step.StackTable},
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, UnlockInput) (UnlockOutput, error) {
	return unlocker{clients.DynamoDB, settings}.unlock
})

// UnlockInput is the input of Unlock. After a success it has neither Failure nor Dirty.
type UnlockInput struct {
	step.Call
	Failure *Failure `json:"failure"` // why the execution fails
	Dirty   *Failure `json:"dirty"`   // why the undo or a teardown left something behind

	Run json.RawMessage `json:"run"` // all that a release's states have found, for the history; absent for a teardown
}

// UnlockOutput is the answer of Unlock.
type UnlockOutput struct {
	Report string `json:"report"` // for people; the cause of a failed execution
}

// Failure is an error as a state machine catches it. The cause of a Lambda function's error is a
// JSON object; other causes are plain text.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
type Failure struct {
	Error string `json:"Error"`
	Cause string `json:"Cause"`
}

// String returns the error's name and its message.
func (f Failure) String() string {
	reason := f.Cause
	var fromLambda struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(f.Cause), &fromLambda) == nil && fromLambda.Message != "" {
		reason = fromLambda.Message
	}
	if reason == "" {
		return f.Error
	}
	return f.Error + ": " + reason
}

type unlockAPI interface {
	records.HistoryAPI
	records.Deleter
}

type unlocker struct {
	api      unlockAPI
	settings step.Settings
}

// unlock leaves another execution's lock alone: a run that was refused the lock ends here, too. The
// entry is closed before the lock goes, because nobody else can write it then.
func (u unlocker) unlock(ctx context.Context, in UnlockInput) (UnlockOutput, error) {
	held, err := u.held(ctx, in.Execution)
	if err != nil {
		return UnlockOutput{}, err
	}
	serving, serves, err := u.serves(ctx)
	if err != nil {
		return UnlockOutput{}, err
	}
	if err := closed(ctx, u.api, u.settings.Table, ended(held.Entry, in), serving, release.History.Close); err != nil {
		return UnlockOutput{}, err
	}
	if err := records.DeleteLock(ctx, u.api, u.settings.Table, in.Execution); err != nil {
		return UnlockOutput{}, err
	}
	return UnlockOutput{Report: report(in, serves)}, u.measure(in, held)
}

// serves returns the record of the release that serves, and a sentence about it. Its error may pass:
// any other that hides the record is in the sentence, because the report may name what a release has
// left.
func (u unlocker) serves(ctx context.Context) (serving release.Current, sentence string, err error) {
	serving, err = records.ReadCurrent(ctx, u.api, u.settings.Table)
	switch {
	case passes(err):
		return serving, "", err
	case err != nil:
		return serving, "The serving release cannot be read: " + strings.TrimSuffix(err.Error(), ".") + ".", nil
	case serving.Serving:
		return serving, "Release " + serving.Release + " (version " + serving.Version + ") serves.", nil
	}
	return serving, "No release serves.", nil
}

// held returns the execution's lock, or a zero one if it has none or that cannot be read: an entry is
// not worth a lock that stays. Its error may pass.
func (u unlocker) held(ctx context.Context, execution string) (records.Lock, error) {
	held, err := records.ReadLock(ctx, u.api, u.settings.Table)
	switch {
	case passes(err):
		return records.Lock{}, err
	case err != nil || held == nil || held.Holder != execution:
		return records.Lock{}, nil
	}
	return *held, nil
}

// passes reports whether an error goes away by itself.
func passes(err error) bool {
	code := release.CodeOf(err)
	return code == release.Throttled || code == release.AwsUnavailable
}

// measure writes the execution's metrics if there is a writer.
func (u unlocker) measure(in UnlockInput, held records.Lock) error {
	if u.settings.Metrics == nil {
		return nil
	}
	environment := u.settings.Environment
	line, err := measure(in, environment, held).line(environment, in.Execution)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the metrics: %w", err)
	}
	_, err = u.settings.Metrics.Write(line)
	return err
}

func report(in UnlockInput, serves string) string {
	text := serves
	if in.Dirty != nil {
		text = "Something is left behind: " + sentence(*in.Dirty) + " Start a teardown to remove it. " + text
	}
	if in.Failure != nil && (in.Dirty == nil || *in.Failure != *in.Dirty) {
		text = sentence(*in.Failure) + " " + text
	}
	return text
}

// sentence returns a text short enough for the cause of a Fail state, which Step Functions limits.
func sentence(failure Failure) string {
	const most = 8000
	text := []rune(failure.String())
	if len(text) > most {
		text = append(text[:most-1], '…')
	}
	return strings.TrimSuffix(string(text), ".") + "."
}
