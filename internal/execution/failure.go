package execution

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failureOf returns the error of an event that tells of a failed attempt at a step; failed is false
// for every other event. Of a function's cause, which is JSON, it keeps the message.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func failureOf(event types.HistoryEvent) (failure Failure, failed bool) {
	switch {
	case event.LambdaFunctionFailedEventDetails != nil:
		return told(event.LambdaFunctionFailedEventDetails.Error, event.LambdaFunctionFailedEventDetails.Cause)
	case event.LambdaFunctionTimedOutEventDetails != nil:
		return told(event.LambdaFunctionTimedOutEventDetails.Error, event.LambdaFunctionTimedOutEventDetails.Cause)
	case event.LambdaFunctionScheduleFailedEventDetails != nil:
		return told(event.LambdaFunctionScheduleFailedEventDetails.Error, event.LambdaFunctionScheduleFailedEventDetails.Cause)
	case event.TaskFailedEventDetails != nil:
		return told(event.TaskFailedEventDetails.Error, event.TaskFailedEventDetails.Cause)
	case event.TaskTimedOutEventDetails != nil:
		return told(event.TaskTimedOutEventDetails.Error, event.TaskTimedOutEventDetails.Cause)
	}
	return Failure{}, false
}

// isLate reports whether the event tells that a task's token has not come back by its heartbeat. The
// state machine asks again then, so that it is no failed attempt. AWS records it as a time-out like any
// other, by States.Timeout; nothing here sends heartbeats, so that a token has no other time-out.
func isLate(event types.HistoryEvent) bool {
	details := event.TaskTimedOutEventDetails
	return details != nil && strings.HasSuffix(aws.ToString(details.Resource), ".waitForTaskToken")
}

// endOf returns the error of an event that ends more than an attempt: the execution, or branches.
func endOf(event types.HistoryEvent) (failure Failure, failed bool) {
	switch {
	case event.ExecutionFailedEventDetails != nil:
		return told(event.ExecutionFailedEventDetails.Error, event.ExecutionFailedEventDetails.Cause)
	case event.ExecutionAbortedEventDetails != nil:
		return told(event.ExecutionAbortedEventDetails.Error, event.ExecutionAbortedEventDetails.Cause)
	case event.ExecutionTimedOutEventDetails != nil:
		return told(event.ExecutionTimedOutEventDetails.Error, event.ExecutionTimedOutEventDetails.Cause)
	}
	return Failure{}, event.Type == types.HistoryEventTypeParallelStateFailed
}

func told(name, cause *string) (failure Failure, failed bool) {
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
