// Package verdict holds the steps by which a person decides about a release that waits for an
// approval, or is watched.
package verdict

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// AwaitVerdict registers a task token for a person's verdict. The step's answer does not end the
// task: Decide does, or this step itself, by answering the token, or the task's time-out.
var AwaitVerdict = step.Define(step.Step{
	Name:     "AwaitVerdict",
	Summary:  "Registers for a person's verdict, tells people that an approval is asked for, and answers at once if it is there already.",
	Timeout:  10 * time.Second, // less than the shortest wait for a verdict
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:UpdateItem", Scope: step.StackTable},
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "states:SendTaskSuccess", Scope: step.StackMachines},
		{Name: "states:SendTaskFailure", Scope: step.StackMachines},
		{Name: "events:PutEvents", Scope: step.StackEvents},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, AwaitInput) (Awaited, error) {
	return awaiter{clients.SFN, clients.Events, records.Verdicts{API: clients.DynamoDB, Table: settings.Table}, settings}.run
})

// AwaitInput is the input of AwaitVerdict.
type AwaitInput struct {
	step.Call
	Plan    release.Plan `json:"plan"`
	Asking  bool         `json:"asking"`  // the release goes on with an approval only
	Percent int          `json:"percent"` // of the traffic, which the new fleet has
	Since   time.Time    `json:"since"`   // when this wait began
	Token   string       `json:"token"`
}

// point names the wait for people. No release has two of the same name.
func (in AwaitInput) point() string {
	switch {
	case in.Asking && in.Percent == 0:
		return "while it waited for its approval"
	case in.Asking:
		return fmt.Sprintf("while it waited, with %d %% of the traffic, for its approval", in.Percent)
	}
	return fmt.Sprintf("while it had %d %% of the traffic", in.Percent)
}

// Awaited is the answer of AwaitVerdict after its registration.
type Awaited struct {
	Release  string    `json:"release"`
	AnswerBy time.Time `json:"answerBy,omitzero"` // when silence is a no, or zero if it is a yes
}

// Note tells how to answer.
func (a Awaited) Note() string {
	if a.AnswerBy.IsZero() {
		return "`gallery promote` or `gallery rollback` acts at once"
	}
	return "`gallery promote` or `gallery rollback`; silence is a no at " + a.AnswerBy.UTC().Format("15:04:05 MST")
}

type taskAPI interface {
	SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
	SendTaskFailure(context.Context, *sfn.SendTaskFailureInput, ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error)
}

type awaiter struct {
	tasks    taskAPI
	events   step.EventPutter
	verdicts records.Verdicts
	settings step.Settings
}

// run stores the token before it looks for a verdict, so that a verdict in between is seen here, by
// Decide, or by both.
func (a awaiter) run(ctx context.Context, in AwaitInput) (Awaited, error) {
	if err := a.tell(ctx, in); err != nil {
		return Awaited{}, err
	}
	if err := a.verdicts.Await(ctx, in.Plan.Release, records.Waiting{Token: in.Token, Point: in.point(), Since: in.Since}); err != nil {
		return Awaited{}, err
	}
	waiting, err := a.verdicts.Get(ctx, in.Plan.Release)
	if err != nil {
		return Awaited{}, err
	}
	awaited := Awaited{Release: in.Plan.Release}
	if in.Asking {
		awaited.AnswerBy = a.answerBy(in)
	}
	if waiting.Now() == nil && in.Asking && !time.Now().Before(awaited.AnswerBy) {
		return Awaited{}, release.Errorf(release.NotApproved, "nobody approved release %s within %v: silence is a no", in.Plan.Release, time.Duration(in.Plan.ApprovalSeconds)*time.Second)
	}
	return awaited, complete(ctx, a.tasks, in.Plan.Release, waiting)
}

func (a awaiter) answerBy(in AwaitInput) time.Time {
	return in.Since.Add(a.settings.Requested(in.Plan.ApprovalSeconds))
}

// tell sends people a message when a wait for an approval begins, which is not recorded yet then.
func (a awaiter) tell(ctx context.Context, in AwaitInput) error {
	if !in.Asking {
		return nil
	}
	before, err := a.verdicts.Get(ctx, in.Plan.Release)
	if err != nil || before.Since.Equal(in.Since) {
		return err
	}
	share := "no visitor sees it yet"
	if in.Percent > 0 {
		share = fmt.Sprintf("%d %% of the visitors see it", in.Percent)
	}
	name := " " + in.Plan.Release + " --stack " + a.settings.Environment.Name()
	return step.Tell(ctx, a.events, a.settings.Environment, release.Notice{
		Release: in.Plan.Release, Execution: in.Execution,
		Text: "It waits for its approval; " + share + ". Answer by `gallery promote" + name + "` or `gallery rollback" + name +
			"`. Silence is a no at " + a.answerBy(in).UTC().Format("2006-01-02 15:04 MST") + ".",
	})
}
