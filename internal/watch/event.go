package watch

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// failure is the error of an event that tells of one.
func failure(event types.HistoryEvent) (name, cause string, failed bool) {
	switch {
	case event.LambdaFunctionFailedEventDetails != nil:
		d := event.LambdaFunctionFailedEventDetails
		return aws.ToString(d.Error), words(d.Cause), true
	case event.LambdaFunctionTimedOutEventDetails != nil:
		d := event.LambdaFunctionTimedOutEventDetails
		return aws.ToString(d.Error), words(d.Cause), true
	case event.TaskFailedEventDetails != nil:
		d := event.TaskFailedEventDetails
		return aws.ToString(d.Error), words(d.Cause), true
	case event.TaskTimedOutEventDetails != nil:
		d := event.TaskTimedOutEventDetails
		return aws.ToString(d.Error), words(d.Cause), true
	case event.LambdaFunctionScheduleFailedEventDetails != nil:
		d := event.LambdaFunctionScheduleFailedEventDetails
		return aws.ToString(d.Error), words(d.Cause), true
	}
	return "", "", false
}

// words takes the message out of a cause, which a function gives as JSON.
func words(cause *string) string {
	var answer struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(aws.ToString(cause)), &answer) == nil && answer.Message != "" {
		return answer.Message
	}
	return aws.ToString(cause)
}

// note is what a step's answer says of its progress, for people. The steps answer with some of
// these fields; a task token's answer has them too.
func note(output string) string {
	var answer struct {
		Done       *bool
		WaitingFor string
		Reason     string
		Report     string
		Progress   string
		Status     string
		State      string
		Percent    *int
		Healthy    *int
		Wanted     *int
	}
	if json.Unmarshal([]byte(output), &answer) != nil {
		return "" // an answer of another form has nothing for people
	}
	switch {
	case answer.WaitingFor != "":
		return "waiting for " + answer.WaitingFor
	case answer.Report != "":
		return answer.Report
	case answer.Reason != "":
		return answer.Reason
	case answer.Healthy != nil && answer.Wanted != nil:
		return fmt.Sprintf("%d of %d healthy", *answer.Healthy, *answer.Wanted)
	case answer.Percent != nil && answer.Status != "":
		return fmt.Sprintf("%s, %d %%", answer.Status, *answer.Percent)
	case answer.Progress != "":
		return answer.Progress
	case answer.Status != "":
		return answer.Status
	}
	return answer.State
}
