package cdk

import (
	"photogallery/lambdas/lock"
	"photogallery/release"
)

// An end is one way in which an execution ends. Each has its own rule, so that people get one
// message per end, with placeholders only for fields that its events have: a missing field is null,
// and the message would say so.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
type end struct {
	name   string         // of its rule, and of the alarm that counts the rule's matches
	of     string         // "release" or "teardown"
	detail map[string]any // of its events, in addition to the state machine
	text   string         // of the message, after the execution's name; its placeholders are fields of an event
	alarm  string         // what to do about it, or "" if nothing needs doing or another alarm says it
}

// refusals lists the beginnings of causes that the sender of the request must fix.
var refusals = []string{string(release.InvalidRequest) + ":", string(release.ImageNotFound) + ":", string(release.BudgetUsedUp) + ":"}

// rebakeInput is in the input of a rebake on a newer base image, runInput in that of a command's run.
const (
	rebakeInput = `*` + release.RebakeField + `*`
	runInput    = `*"run":*`
)

// The outputs of releases that found no newer base image or were dry, and of teardowns that were dry or
// left what serves alone, are as nothing and untouched say.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-anything-but-wildcard
var (
	rebake    = map[string]any{"wildcard": rebakeInput}
	nothing   = map[string]any{"prefix": []string{`{"unchanged":`, `{"dryRun":`}}
	untouched = map[string]any{"wildcard": []string{`{"resources":*`, `{"kept":*`, `*"stays":true*`}}
	command   = string(release.RunFailed) + ":"
)

// ends returns all ends. Each event of an ended execution belongs to one, except those of a release
// that had nothing to do, of a command that succeeded, whose caller sees it, of a teardown that left
// what serves alone, and of a dry run.
func ends() []end {
	return []end{
		{"release-succeeded", "release", changing(anythingBut(map[string]any{"wildcard": []string{rebakeInput, runInput}})), "has succeeded.", ""},
		{"release-rebaked", "release", changing(rebake),
			"has baked what serves on a newer base image, and serves. `gallery images` lists it and the one before, and with both names, `gallery images FORMER --diff NEW`, the packages that changed.", ""},
		{"release-refused", "release", either(failed(release.Busy), because(failed(release.FailedClean), prefixes(refusals)...)),
			"was refused: <cause>", ""},
		{"release-failed", "release", because(failed(release.FailedClean), anythingBut(map[string]any{"prefix": append([]string{command}, refusals...)})),
			"has failed, and nothing of it is left: <cause>",
			"A release has failed, and nothing of it is left. Its execution's cause says why, what to do, and which release serves, if any."},
		{"run-failed", "release", because(failed(release.FailedClean), map[string]any{"prefix": command}),
			"was the run of a command, which failed: <cause>", ""},
		{"release-left-behind", "release", failed(release.FailedDirty),
			"has failed, and something is left: <cause>",
			"A release left something behind that may cost money. The cause of its execution names it; start a teardown to remove it, and check again."},
		{"release-interrupted", "release", map[string]any{"status": []string{"ABORTED"}, "error": []string{lock.Interrupted}},
			"was stopped by a teardown, which removes what it made.", ""},
		{"release-abandoned", "release", either(status("TIMED_OUT"), unless("ABORTED", lock.Interrupted), unless("FAILED", release.Ends()...)),
			"is <status>. A teardown of only this release removes what it made; a release that served before keeps serving.",
			"A release was stopped, ran out of time, or its state machine failed. A teardown of only that release has been started: check in Step Functions that it succeeds, and what the release's execution says."},
		{"teardown-succeeded", "teardown", map[string]any{"status": []string{"SUCCEEDED"}, "output": []any{anythingBut(untouched)}}, "has succeeded.", ""},
		{"teardown-failed", "teardown", failed(release.Ends()...), "has failed: <cause>", ""},
		{"teardown-abandoned", "teardown", either(status("ABORTED", "TIMED_OUT"), unless("FAILED", release.Ends()...)),
			"is <status>, and what it has not removed may cost money. Start another one.", ""},
	}
}

func status(one ...string) map[string]any {
	return map[string]any{"status": one}
}

// changing matches a release with such an input that succeeded and changed something.
func changing(input any) map[string]any {
	return map[string]any{"status": []string{"SUCCEEDED"}, "input": []any{input}, "output": []any{anythingBut(nothing)}}
}

func failed(with ...release.End) map[string]any {
	return map[string]any{"status": []string{"FAILED"}, "error": with}
}

func because(end map[string]any, cause ...any) map[string]any {
	return map[string]any{"status": end["status"], "error": end["error"], "cause": cause}
}

// unless matches an end with any error except these, or without an error, which is null and not a
// text.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func unless(status string, errors ...release.End) map[string]any {
	return map[string]any{"status": []string{status}, "error": []any{map[string]any{"exists": false}, anythingBut(errors)}}
}

func either(details ...map[string]any) map[string]any {
	alternatives := make([]any, len(details))
	for i, detail := range details {
		alternatives[i] = detail
	}
	return map[string]any{"$or": alternatives}
}

func anythingBut(what any) map[string]any {
	return map[string]any{"anything-but": what}
}

func prefixes(all []string) []any {
	var some []any
	for _, one := range all {
		some = append(some, map[string]any{"prefix": one})
	}
	return some
}
