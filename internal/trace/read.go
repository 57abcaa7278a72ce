package trace

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// API is what reading a history needs of Step Functions.
type API interface {
	sfn.GetExecutionHistoryAPIClient
}

// Step Functions gives at most this many events at a time. What is new since the last look is less.
const (
	pageSize = 1000
	newsSize = 100
)

// Reader reads the history of one execution as it grows.
type Reader struct {
	Run  *Run
	Data map[int64]string // what each event carries; nil where nobody wants it
	api  API
	arn  string
}

// NewReader begins at the beginning; nothing is asked yet.
func NewReader(api API, executionARN string) *Reader {
	return &Reader{Run: New(), api: api, arn: executionARN}
}

// Read adds what is new to Run, looking from the end of the history back to what is known. An
// execution that does not exist is ExecutionDoesNotExist.
func (r *Reader) Read(ctx context.Context) error {
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(r.arn), MaxResults: pageSize, IncludeExecutionData: aws.Bool(true)}
	if r.Run.Seen() > 0 {
		in.ReverseOrder, in.MaxResults = true, newsSize
	}
	var news []types.HistoryEvent
	for pages := sfn.NewGetExecutionHistoryPaginator(r.api, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		news = append(news, page.Events...)
		if in.ReverseOrder && len(news) > 0 && news[len(news)-1].Id <= r.Run.Seen() {
			break
		}
	}
	if in.ReverseOrder {
		slices.Reverse(news)
	}
	for _, event := range news {
		if r.Data != nil {
			r.Data[event.Id] = Data(event)
		}
		r.Run.Add(event)
	}
	return nil
}

// Data is what an event carries: the input of a state entered or a function called, the output of
// what ended; "" for those that carry none.
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
	case event.TaskSucceededEventDetails != nil:
		return aws.ToString(event.TaskSucceededEventDetails.Output)
	}
	return ""
}
