package watch

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/trace"
)

// API is what following an execution needs of Step Functions.
type API interface {
	sfn.GetExecutionHistoryAPIClient
	sfn.ListExecutionsAPIClient
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Polls say how long to wait between two looks: the Shortest when something has just happened, twice
// as long each time that nothing has, the Longest at most.
type Polls struct{ Shortest, Longest time.Duration }

// Where an execution is followed. AWS counts calls, and a step there takes seconds.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
var (
	OnOneMachine = Polls{100 * time.Millisecond, 2 * time.Second}
	OnAWS        = Polls{time.Second, 8 * time.Second}
)

// patience is for how long an answer may be late before the picture says so.
const patience = 5 * time.Second

// formers is how many former runs at most are read to estimate by.
const formers = 5

// Look is the execution now, with the history of all its states. An execution that does not exist
// is ExecutionDoesNotExist.
func Look(ctx context.Context, api API, executionARN string) (*Picture, error) {
	f := newFollower(api, executionARN)
	if err := f.look(ctx); err != nil {
		return nil, err
	}
	return f.picture, nil
}

// Follow shows the execution at each poll, until it has ended or ctx has; it returns the last
// Picture, and ctx's error if that ended first. The Picture is nil if there never was one. Each
// Picture shown is show's own, and may be drawn at any time.
func Follow(ctx context.Context, api API, executionARN string, polls Polls, show func(*Picture)) (*Picture, error) {
	f := newFollower(api, executionARN)
	for wait := polls.Shortest; ; {
		seen := f.seen
		if err := f.look(ctx); err != nil {
			return f.picture, errors.Join(ctx.Err(), err)
		}
		f.picture.seen = time.Now()
		f.picture.due = f.picture.seen.Add(polls.Longest + patience)
		if show(f.picture.copied()); f.picture.Status != types.ExecutionStatusRunning {
			return f.picture, nil
		}
		if seen == 0 {
			f.recall(ctx)
		}
		if wait = min(2*wait, polls.Longest); f.seen != seen {
			wait = polls.Shortest
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
	news    *trace.News
	picture *Picture
	machine *string // its ARN
	seen    int64   // the last event's ID
}

func newFollower(api API, executionARN string) *follower {
	return &follower{api: api, arn: executionARN, news: trace.NewNews(api, executionARN)}
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

// read takes what is new of the history.
func (f *follower) read(ctx context.Context) error {
	f.picture.forget()
	news, err := f.news.Read(ctx)
	if err != nil {
		return err
	}
	for _, event := range news {
		f.picture.add(event)
		f.seen = event.Id
	}
	return nil
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
