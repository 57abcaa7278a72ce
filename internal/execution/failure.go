package execution

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failureOf returns the error of an event about a failed attempt. failed is false for any other
// event. From a function's cause, which is JSON, it takes the message.
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

// isLate reports whether the event says that a task's token was not answered in time. Before its
// heartbeat: the state machine then runs the step again, so it is not a failed attempt. Without a
// heartbeat: the task waits for a person, and the state machine goes on. AWS records both as
// States.Timeout, like any time-out.
func isLate(event types.HistoryEvent) bool {
	details := event.TaskTimedOutEventDetails
	return details != nil && strings.HasSuffix(aws.ToString(details.Resource), ".waitForTaskToken")
}

// endOf returns the error of an event that ends the execution or its branches.
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

// words returns the message of a cause, which is JSON if a function failed.
func words(cause string) string {
	var answer struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &answer) == nil && answer.Message != "" {
		return answer.Message
	}
	return cause
}
