package step

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"photogallery/release"
)

// EventPutter is the part of the EventBridge client that Tell uses.
type EventPutter interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// Tell sends people a sentence about a release. A rule of the stack makes a message of it. A step that
// runs again tells it again: better twice than never.
func Tell(ctx context.Context, api EventPutter, environment release.Environment, notice release.Notice) error {
	return tell(ctx, api, environment, release.NoticeEvent, notice)
}

// TellBudget sends people sentences about the budget, as Tell does.
func TellBudget(ctx context.Context, api EventPutter, environment release.Environment, text string) error {
	return tell(ctx, api, environment, release.BudgetEvent, release.BudgetNotice{Text: text})
}

func tell(ctx context.Context, api EventPutter, environment release.Environment, event string, notice any) error {
	detail, err := json.Marshal(notice)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode a notice: %w", err)
	}
	out, err := api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: aws.String(environment.NoticeSource()), DetailType: aws.String(event), Detail: aws.String(string(detail)),
	}}})
	if err != nil {
		return err
	}
	for _, entry := range out.Entries {
		if entry.ErrorCode != nil { // an entry may fail though the call succeeds
			return release.Errorf(release.AwsUnavailable, "EventBridge does not take a notice (%s): %s", aws.ToString(entry.ErrorCode), aws.ToString(entry.ErrorMessage))
		}
	}
	return nil
}
