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

// Look is the execution now, with the history of all its states. An execution that does not exist
// is ExecutionDoesNotExist.
func Look(ctx context.Context, api API, executionARN string) (*Picture, error) {
	f := follower{api: api, arn: executionARN, picture: &Picture{}}
	if err := f.look(ctx); err != nil {
		return nil, err
	}
	return f.picture, nil
}

// Follow shows the execution at each change, until it has ended or ctx has; it returns the last
// Picture, and ctx's error if that ended first.
func Follow(ctx context.Context, api API, executionARN string, show func(*Picture)) (*Picture, error) {
	f := follower{api: api, arn: executionARN, picture: &Picture{}}
	f.typical(ctx)
	for wait := shortest; ; {
		seen := f.seen
		if err := f.look(ctx); err != nil {
			return f.picture, errors.Join(ctx.Err(), err)
		}
		if show(f.picture); f.picture.Status != types.ExecutionStatusRunning {
			return f.picture, nil
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
	seen    int64   // the last event's ID
	next    *string // the token of the first page that is not whole
}

// look asks for the end before the history: of an execution that has ended the history is then whole.
func (f *follower) look(ctx context.Context) error {
	now, err := f.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(f.arn)})
	if err != nil {
		return err
	}
	if err := f.read(ctx); err != nil {
		return err
	}
	p := f.picture
	p.Name, p.Status, p.Began, p.Ended = aws.ToString(now.Name), now.Status, aws.ToTime(now.StartDate), aws.ToTime(now.StopDate)
	p.Error, p.Cause, p.Output = aws.ToString(now.Error), aws.ToString(now.Cause), aws.ToString(now.Output)
	p.Machine = nameOf(aws.ToString(now.StateMachineArn))
	return nil
}

// read takes what is new of the history. Whole pages are not asked for again.
func (f *follower) read(ctx context.Context) error {
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

// typical finds how long the last such run took that succeeded; not knowing is no failure.
func (f *follower) typical(ctx context.Context) {
	now, err := f.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(f.arn)})
	if err != nil {
		return
	}
	out, err := f.api.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: now.StateMachineArn, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: 1,
	})
	if err == nil && len(out.Executions) > 0 {
		f.picture.Typical = aws.ToTime(out.Executions[0].StopDate).Sub(aws.ToTime(out.Executions[0].StartDate))
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
