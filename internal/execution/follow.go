package execution

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/release"
	"photogallery/statemachine"
)

// FollowAPI describes an execution and reads its history; *sfn.Client is one.
type FollowAPI interface {
	sfn.GetExecutionHistoryAPIClient
	sfn.ListExecutionsAPIClient
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Polls bounds the time between two polls: it starts at Shortest after a change, doubles without
// one, and ends at Longest.
type Polls struct{ Shortest, Longest time.Duration }

// The polls of the two places. AWS counts calls, and a step there takes seconds.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
var (
	OnOneMachine = Polls{100 * time.Millisecond, 2 * time.Second}
	OnAWS        = Polls{time.Second, 8 * time.Second}
)

// patience is how late an answer may be before the progress says so.
const patience = 5 * time.Second

// formers is the number of former runs that an estimate reads.
const formers = 5

// Look returns the execution's present progress. The error for an unknown execution is
// ExecutionDoesNotExist.
func Look(ctx context.Context, api FollowAPI, executionARN string) (*Progress, error) {
	return newFollower(api, executionARN).look(ctx)
}

// Follow shows the execution at each poll until it or ctx has ended. It returns the last Progress,
// and ctx's error if that ended first. The Progress is nil if there was none. show owns each
// Progress and may draw it at any time.
func Follow(ctx context.Context, api FollowAPI, executionARN string, polls Polls, show func(*Progress)) (last *Progress, err error) {
	f := newFollower(api, executionARN)
	for wait := polls.Shortest; ; {
		seen := f.reader.History.Seen()
		now, err := f.look(ctx)
		if err != nil {
			return last, errors.Join(ctx.Err(), err)
		}
		last = now
		now.Seen = time.Now()
		now.Due = now.Seen.Add(polls.Longest + patience)
		if show(now); now.Status != types.ExecutionStatusRunning {
			return last, nil
		}
		if seen == 0 {
			f.recall(ctx)
		}
		if wait = min(2*wait, polls.Longest); f.reader.History.Seen() != seen {
			wait = polls.Shortest
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(wait):
		}
	}
}

type follower struct {
	api        FollowAPI
	reader     *Reader
	definition statemachine.Definition
	former     []*Progress // see Progress
}

func newFollower(api FollowAPI, executionARN string) *follower {
	return &follower{api: api, reader: NewReader(api, executionARN)}
}

// look describes the execution before it reads the history, so that the history of an ended
// execution is complete.
func (f *follower) look(ctx context.Context) (*Progress, error) {
	now, err := f.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(f.reader.arn)})
	if err != nil {
		return nil, err
	}
	if err := f.reader.Read(ctx); err != nil {
		return nil, err
	}
	machine := release.NameOf(aws.ToString(now.StateMachineArn))
	if f.definition.States == nil {
		f.definition = statemachine.Of(machine)
	}
	p := &Progress{
		Machine: machine, Name: aws.ToString(now.Name), Status: now.Status,
		Began: aws.ToTime(now.StartDate), Ended: aws.ToTime(now.StopDate), Steps: []*Step{},
		Error: aws.ToString(now.Error), Cause: aws.ToString(now.Cause), Output: aws.ToString(now.Output),
		definition: f.definition, former: f.former,
	}
	p.takeSteps(f.reader.History)
	return p, nil
}

// recall reads the last successful runs that did something. Without them there is no estimate, and no error.
func (f *follower) recall(ctx context.Context) {
	machine := release.MachineOf(f.reader.arn)
	out, err := f.api.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &machine, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: 10 * formers,
	})
	if err != nil {
		return
	}
	for _, run := range out.Executions {
		if isNamedDry(aws.ToString(run.Name)) {
			continue
		}
		if former, err := Look(ctx, f.api, aws.ToString(run.ExecutionArn)); err == nil && former.Step("Lock") != nil {
			f.former = append(f.former, former)
		}
		if len(f.former) == formers {
			return
		}
	}
}
