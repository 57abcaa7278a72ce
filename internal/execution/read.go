package execution

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// HistoryAPI reads pages of a history; *sfn.Client is one.
type HistoryAPI interface {
	sfn.GetExecutionHistoryAPIClient
}

// Step Functions returns at most this many events at a time. Less is new since the last read.
const (
	pageSize = 1000
	newsSize = 100
)

// Reader reads the history of one execution as it grows.
type Reader struct {
	History *History
	Data    map[int64]string // the data of each event by its ID, or nil if it is not needed
	api     HistoryAPI
	arn     string
}

// NewReader returns a reader at the start of the history. It calls nothing yet.
func NewReader(api HistoryAPI, executionARN string) *Reader {
	return &Reader{History: NewHistory(), api: api, arn: executionARN}
}

// Read adds the new events to History. It reads backward from the end of the history to the last
// known event, because AWS does not promise that a page token leads to events newer than the token.
// The error for an unknown execution is ExecutionDoesNotExist.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func (r *Reader) Read(ctx context.Context) error {
	news, err := r.news(ctx)
	if err != nil {
		return err
	}
	for _, event := range news {
		if r.Data != nil {
			r.Data[event.Id] = Data(event)
		}
		r.History.Add(event)
	}
	return nil
}

// news returns the events after the last known one, in order, possibly with some before.
func (r *Reader) news(ctx context.Context) (news []types.HistoryEvent, err error) {
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(r.arn), MaxResults: pageSize, IncludeExecutionData: aws.Bool(true)}
	seen := r.History.Seen()
	if seen > 0 {
		in.ReverseOrder, in.MaxResults = true, newsSize
	}
	for pages := sfn.NewGetExecutionHistoryPaginator(r.api, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		news = append(news, page.Events...)
		if in.ReverseOrder && len(news) > 0 && news[len(news)-1].Id <= seen {
			break
		}
	}
	if in.ReverseOrder {
		slices.Reverse(news)
	}
	return news, nil
}

// Data returns the data of an event: the input of a state entered or a function called, the output
// of what ended, or "" for other events.
func Data(event types.HistoryEvent) string {
	switch {
	case event.StateEnteredEventDetails != nil:
		return aws.ToString(event.StateEnteredEventDetails.Input)
	case event.StateExitedEventDetails != nil:
		return aws.ToString(event.StateExitedEventDetails.Output)
	case event.ExecutionStartedEventDetails != nil:
		return aws.ToString(event.ExecutionStartedEventDetails.Input)
	case event.ExecutionSucceededEventDetails != nil:
		return aws.ToString(event.ExecutionSucceededEventDetails.Output)
	case event.LambdaFunctionScheduledEventDetails != nil:
		return aws.ToString(event.LambdaFunctionScheduledEventDetails.Input)
	case event.LambdaFunctionSucceededEventDetails != nil:
		return aws.ToString(event.LambdaFunctionSucceededEventDetails.Output)
	case event.TaskScheduledEventDetails != nil:
		return aws.ToString(event.TaskScheduledEventDetails.Parameters)
	case event.TaskSubmittedEventDetails != nil:
		return aws.ToString(event.TaskSubmittedEventDetails.Output)
	case event.TaskSucceededEventDetails != nil:
		return aws.ToString(event.TaskSucceededEventDetails.Output)
	}
	return ""
}
