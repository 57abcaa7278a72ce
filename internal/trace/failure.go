package trace

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failureOf is the error of an event that tells of one.
func failureOf(event types.HistoryEvent) (failure Failure, failed bool) {
	var name, cause *string
	switch {
	case event.LambdaFunctionFailedEventDetails != nil:
		name, cause = event.LambdaFunctionFailedEventDetails.Error, event.LambdaFunctionFailedEventDetails.Cause
	case event.LambdaFunctionTimedOutEventDetails != nil:
		name, cause = event.LambdaFunctionTimedOutEventDetails.Error, event.LambdaFunctionTimedOutEventDetails.Cause
	case event.LambdaFunctionScheduleFailedEventDetails != nil:
		name, cause = event.LambdaFunctionScheduleFailedEventDetails.Error, event.LambdaFunctionScheduleFailedEventDetails.Cause
	case event.TaskFailedEventDetails != nil:
		name, cause = event.TaskFailedEventDetails.Error, event.TaskFailedEventDetails.Cause
	case event.TaskTimedOutEventDetails != nil:
		name, cause = event.TaskTimedOutEventDetails.Error, event.TaskTimedOutEventDetails.Cause
	case event.ExecutionFailedEventDetails != nil:
		name, cause = event.ExecutionFailedEventDetails.Error, event.ExecutionFailedEventDetails.Cause
	case event.ExecutionAbortedEventDetails != nil:
		name, cause = event.ExecutionAbortedEventDetails.Error, event.ExecutionAbortedEventDetails.Cause
	case event.ExecutionTimedOutEventDetails != nil:
		name, cause = event.ExecutionTimedOutEventDetails.Error, event.ExecutionTimedOutEventDetails.Cause
	case event.Type == types.HistoryEventTypeParallelStateFailed:
	default:
		return Failure{}, false
	}
	return Failure{Error: aws.ToString(name), Cause: words(aws.ToString(cause))}, true
}

// words takes the message out of a cause, which a function gives as JSON.
func words(cause string) string {
	var answer struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &answer) == nil && answer.Message != "" {
		return answer.Message
	}
	return cause
}
