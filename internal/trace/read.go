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

// News reads the events of one execution as they come.
type News struct {
	api  API
	arn  string
	seen int64 // the ID of the last event that Read returned
}

// NewNews begins at the beginning; nothing is asked yet.
func NewNews(api API, executionARN string) *News { return &News{api: api, arn: executionARN} }

// Read returns the events that it has not returned before, in order. It looks from the end of the
// history back to what is known, because AWS does not promise that the token of a page leads to
// events that came after the token. An execution that does not exist is ExecutionDoesNotExist.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func (n *News) Read(ctx context.Context) ([]types.HistoryEvent, error) {
	in := &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(n.arn), MaxResults: pageSize, IncludeExecutionData: aws.Bool(true)}
	if n.seen > 0 {
		in.ReverseOrder, in.MaxResults = true, newsSize
	}
	var news []types.HistoryEvent
	for pages := sfn.NewGetExecutionHistoryPaginator(n.api, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		news = append(news, page.Events...)
		if in.ReverseOrder && len(news) > 0 && news[len(news)-1].Id <= n.seen {
			break
		}
	}
	if in.ReverseOrder {
		slices.Reverse(news)
	}
	news = slices.DeleteFunc(news, func(event types.HistoryEvent) bool { return event.Id <= n.seen })
	if len(news) > 0 {
		n.seen = news[len(news)-1].Id
	}
	return news, nil
}

// Reader reads the history of one execution into a Run as it grows.
type Reader struct {
	Run  *Run
	Data map[int64]string // what each event carries; nil where nobody wants it
	news *News
}

// NewReader begins at the beginning; nothing is asked yet.
func NewReader(api API, executionARN string) *Reader {
	return &Reader{Run: New(), news: NewNews(api, executionARN)}
}

// Read adds what is new to Run. An execution that does not exist is ExecutionDoesNotExist.
func (r *Reader) Read(ctx context.Context) error {
	news, err := r.news.Read(ctx)
	if err != nil {
		return err
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
