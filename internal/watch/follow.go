package watch

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// API is what following an execution needs of Step Functions.
type API interface {
	sfn.GetExecutionHistoryAPIClient
	sfn.ListExecutionsAPIClient
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Polls are from the shortest apart, when something has just happened, to the longest.
const (
	shortest = 100 * time.Millisecond
	longest  = 2 * time.Second
)

// formers is how many former runs at most are read to estimate by.
const formers = 5

// Look is the execution now, with the history of all its states. An execution that does not exist
// is ExecutionDoesNotExist.
func Look(ctx context.Context, api API, executionARN string) (*Picture, error) {
	f := follower{api: api, arn: executionARN}
	if err := f.look(ctx); err != nil {
		return nil, err
	}
	return f.picture, nil
}

// Follow shows the execution at each poll, until it has ended or ctx has; it returns the last
// Picture, and ctx's error if that ended first. The Picture is nil if there never was one. Each
// Picture shown is show's own, and may be drawn at any time.
func Follow(ctx context.Context, api API, executionARN string, show func(*Picture)) (*Picture, error) {
	f := follower{api: api, arn: executionARN}
	for wait := shortest; ; {
		seen := f.seen
		if err := f.look(ctx); err != nil {
			return f.picture, errors.Join(ctx.Err(), err)
		}
		if show(f.picture.copied()); f.picture.Status != types.ExecutionStatusRunning {
			return f.picture, nil
		}
		if seen == 0 {
			f.recall(ctx)
		}
		if wait = min(2*wait, longest); f.seen != seen {
			wait = shortest
		}
		select {
		case <-ctx.Done():
			return f.picture, ctx.Err()
		case <-time.After(wait):
		}
	}
}

type follower struct {
	api     API
	arn     string
	picture *Picture
	machine *string // its ARN
	seen    int64   // the last event's ID
	next    *string // the token of the first page that is not whole
}

// look asks for the end before the history: of an execution that has ended the history is then whole.
func (f *follower) look(ctx context.Context) error {
	now, err := f.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(f.arn)})
	if err != nil {
		return err
	}
	if f.picture == nil {
		f.machine = now.StateMachineArn
		f.picture = newPicture(nameOf(aws.ToString(f.machine)))
	}
	p := f.picture
	p.Name, p.Status, p.Began = aws.ToString(now.Name), now.Status, aws.ToTime(now.StartDate)
	if err := f.read(ctx); err != nil {
		return err
	}
	p.Ended, p.Error, p.Cause, p.Output = aws.ToTime(now.StopDate), aws.ToString(now.Error), aws.ToString(now.Cause), aws.ToString(now.Output)
	p.foresee()
	return nil
}

// read takes what is new of the history. Whole pages are not asked for again.
func (f *follower) read(ctx context.Context) error {
	f.picture.forget()
	for token := f.next; ; {
		page, err := f.api.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{
			ExecutionArn: aws.String(f.arn), NextToken: token, MaxResults: 1000, IncludeExecutionData: aws.Bool(true),
		})
		if err != nil {
			return err
		}
		for _, event := range page.Events {
			if event.Id > f.seen {
				f.picture.add(event)
				f.seen = event.Id
			}
		}
		if page.NextToken == nil {
			return nil
		}
		token, f.next = page.NextToken, page.NextToken
	}
}

// recall reads the last runs that succeeded; without them there is no estimate, and no failure.
func (f *follower) recall(ctx context.Context) {
	out, err := f.api.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: f.machine, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: formers,
	})
	if err != nil {
		return
	}
	for _, run := range out.Executions {
		if former, err := Look(ctx, f.api, aws.ToString(run.ExecutionArn)); err == nil {
			f.picture.former = append(f.picture.former, former)
		}
	}
}

func nameOf(arn string) string {
	for i := len(arn) - 1; i >= 0; i-- {
		if arn[i] == ':' {
			return arn[i+1:]
		}
	}
	return arn
}
