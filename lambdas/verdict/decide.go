package verdict

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Decide records a person's verdict and answers the waiting task.
var Decide = step.Define(step.Step{
	Name:     "Decide",
	Summary:  "Records a person's verdict, and wakes the release that waits, holds or bakes.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Event:    true,
	Operations: []step.Operation{
		{Name: "dynamodb:UpdateItem", Scope: step.StackTable},
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "states:SendTaskSuccess", Scope: step.StackMachines},
		{Name: "states:SendTaskFailure", Scope: step.StackMachines},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (struct{}, error) {
	return decider{clients.SFN, records.Verdicts{API: clients.DynamoDB, Table: settings.Table}}.run
})

type decider struct {
	tasks    taskAPI
	verdicts records.Verdicts
}

// event is what EventBridge delivers, once or more often, with the time of the call that sent it, in
// whole seconds.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
type event struct {
	Time       time.Time       `json:"time"`
	DetailType string          `json:"detail-type"`
	Detail     release.Verdict `json:"detail"`
}

// run takes the raw event, because EventBridge may add fields. An event about a release that does not
// wait is recorded; nothing else comes of it.
func (d decider) run(ctx context.Context, raw json.RawMessage) (struct{}, error) {
	heard, err := read(raw)
	if err != nil {
		return struct{}{}, err
	}
	waiting, err := d.record(ctx, heard)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, complete(ctx, d.tasks, heard.Detail.Release, waiting)
}

func read(raw json.RawMessage) (heard event, err error) {
	if err := json.Unmarshal(raw, &heard); err != nil {
		return event{}, release.Errorf(release.InvalidRequest, "the event is unreadable: %w", err)
	}
	said := heard.Detail
	switch {
	case heard.DetailType != release.VerdictEvent:
		return event{}, release.Errorf(release.InvalidRequest, "the event is a %q: send a %q", heard.DetailType, release.VerdictEvent)
	case said.Release == "":
		return event{}, release.Errorf(release.InvalidRequest, "the verdict names no release: give the execution's name in detail.release")
	case !slices.Contains(release.Answers(), said.Verdict):
		return event{}, release.Errorf(release.InvalidRequest, "the verdict on %s is %q: give promote or rollback in detail.verdict", said.Release, said.Verdict)
	}
	return heard, nil
}

// attempts is how often the wait of a release may change while a verdict on it is recorded.
const attempts = 5

// record records a verdict unless there is a later one, or a rollback, which nothing undoes.
func (d decider) record(ctx context.Context, heard event) (records.Waiting, error) {
	given := records.Given{Answer: heard.Detail.Verdict, By: plain(heard.Detail.By), At: heard.Time, Wait: heard.Detail.Wait}
	for range attempts {
		waiting, err := d.verdicts.Get(ctx, heard.Detail.Release)
		if err != nil || waiting.Given != nil && !given.Overrides(*waiting.Given) {
			return waiting, err
		}
		done, err := d.verdicts.Answer(ctx, heard.Detail.Release, waiting.Token, given)
		if waiting.Given = &given; done || err != nil {
			return waiting, err
		}
	}
	return records.Waiting{}, release.Errorf(release.StillInUse, "release %s changed its wait %d times: send the verdict again", heard.Detail.Release, attempts)
}

// plain returns a name for messages: it comes from outside.
func plain(by string) string {
	const most = 64
	text := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, by))
	return cmp.Or(strings.TrimSpace(string(text[:min(most, len(text))])), "somebody")
}
