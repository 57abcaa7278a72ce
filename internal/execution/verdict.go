package execution

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/release"
)

// EventPutter puts events on the bus; *eventbridge.Client is one.
type EventPutter interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Decision is a person's verdict on a release.
type Decision struct {
	Machine string // ARN of the release state machine
	Release string // the execution's name, or "" for the one under way
	Answer  release.Answer
	By      string

	wait time.Time // that it answers, as Decide saw it
}

// awaiting lists the states in which a verdict acts. WatchTraffic looks between two waits.
var awaiting = []string{"AwaitApproval", "AwaitVerdict", "WatchTraffic"}

// AwaitsVerdict returns what the release does while a verdict acts on it, or "" if none does.
func (p *Progress) AwaitsVerdict() string {
	if p.Status != types.ExecutionStatusRunning || !slices.Contains(awaiting, p.current) {
		return ""
	}
	return p.doing()
}

// waitIn returns when the wait began whose shift is in a state's input, or zero if there is none.
func waitIn(input string) time.Time {
	var in struct {
		Shift struct{ Since time.Time }
	}
	if json.Unmarshal([]byte(input), &in) != nil {
		return time.Time{} // the history may lack the data of events
	}
	return in.Shift.Since
}

// doing names the current step, with its note.
func (p *Progress) doing() string {
	step := p.Step(p.current)
	switch {
	case step == nil:
		return "between two steps"
	case step.Note == "":
		return "at " + Title(step.Name)
	}
	return "at " + Title(step.Name) + ": " + step.Note
}

// Decide finds the release that the decision is about and sends it. It returns the execution that
// waits, holds or bakes. The error is NotFound if none is under way, and InvalidRequest if a verdict
// does not act on it now; it says what is under way.
func (d Decision) Decide(ctx context.Context, api FollowAPI, events EventPutter) (executionARN string, err error) {
	arn, wait, err := d.find(ctx, api)
	if err != nil {
		return "", err
	}
	d.wait = wait
	return arn, d.Send(ctx, events, release.NameOf(arn))
}

// UnderWay lists the releases that run, newest first.
func (d Decision) UnderWay(ctx context.Context, api FollowAPI) (arns []string, err error) {
	if d.Release != "" {
		arn := release.ExecutionOf(d.Machine, d.Release)
		now, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		switch {
		case release.IsNotFound(err):
			return nil, release.Errorf(release.NotFound, "there is no release %q: `gallery executions` lists them", d.Release)
		case err != nil || now.Status != types.ExecutionStatusRunning:
			return nil, err
		}
		return []string{arn}, nil
	}
	out, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &d.Machine, StatusFilter: types.ExecutionStatusRunning})
	if err != nil {
		return nil, err
	}
	for _, run := range out.Executions {
		arns = append(arns, aws.ToString(run.ExecutionArn))
	}
	return arns, nil
}

func (d Decision) find(ctx context.Context, api FollowAPI) (executionARN string, wait time.Time, err error) {
	arns, err := d.UnderWay(ctx, api)
	if err != nil {
		return "", wait, err
	}
	var others []string
	for _, arn := range arns {
		now, err := Look(ctx, api, arn)
		if err != nil {
			return "", wait, err
		}
		if now.AwaitsVerdict() != "" {
			return arn, now.wait, nil
		}
		others = append(others, now.Name+" is "+now.doing())
	}
	switch {
	case len(others) > 0:
		return "", wait, release.Errorf(release.InvalidRequest, "nothing waits for a verdict: %s; a release does while it waits for its approval, and while it moves the traffic to a second fleet and bakes", strings.Join(others, ", "))
	case d.Release != "":
		return "", wait, release.Errorf(release.InvalidRequest, "release %s has ended, so that nothing waits for a verdict: `gallery execution %s` shows it", d.Release, d.Release)
	}
	return "", wait, release.Errorf(release.NotFound, "no release is under way, so that nothing waits for a verdict: `gallery executions` lists the last ones")
}

// Send sends the decision on the release of that name, whatever it does. An entry may fail though the
// call succeeds.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
func (d Decision) Send(ctx context.Context, events EventPutter, name string) error {
	detail, err := json.Marshal(release.Verdict{Release: name, Verdict: d.Answer, By: d.By, Wait: d.wait})
	if err != nil {
		return err
	}
	out, err := events.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
		Source: aws.String(release.EnvironmentOf(release.NameOf(d.Machine)).VerdictSource()), DetailType: aws.String(release.VerdictEvent), Detail: aws.String(string(detail)),
	}}})
	if err != nil {
		return err
	}
	for _, entry := range out.Entries {
		if entry.ErrorCode != nil {
			return release.Errorf(release.AwsRefused, "EventBridge refuses the verdict (%s): %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
		}
	}
	return nil
}
