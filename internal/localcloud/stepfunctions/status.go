package stepfunctions

import (
	"photogallery/internal/asl"
	"photogallery/release"
)

// StatusChange is the detail of a "Step Functions Execution Status Change" event. Times are in
// milliseconds since 1970. Missing values are null.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type StatusChange struct {
	ExecutionARN    string       `json:"executionArn"`
	StateMachineARN string       `json:"stateMachineArn"`
	Name            string       `json:"name"`
	Status          asl.Status   `json:"status"`
	StartDate       int64        `json:"startDate"`
	StopDate        *int64       `json:"stopDate"`
	Input           *string      `json:"input"`
	InputDetails    *dataDetails `json:"inputDetails"`
	Output          *string      `json:"output"`
	OutputDetails   *dataDetails `json:"outputDetails"`
	Error           *string      `json:"error"`
	Cause           *string      `json:"cause"`
}

type dataDetails struct {
	Included bool `json:"included"`
}

// StatusChangeSource is the source of a StatusChange event.
const StatusChangeSource = "aws.states"

// announce publishes the start of an execution, and later its end. It is called under the lock,
// once for each execution.
func (s *Service) announce(m *machine, e *asl.Execution) {
	begun := e.Snapshot()
	change := StatusChange{
		ExecutionARN: begun.ARN, StateMachineARN: m.arn, Name: begun.Name, Status: asl.StatusRunning,
		StartDate: begun.StartDate.UnixMilli(), Input: &begun.Input, InputDetails: &dataDetails{true},
	}
	s.fabric.Publish(StatusChangeSource, release.ExecutionStatusEvent, change)
	s.fabric.Go(func() {
		end, err := e.Wait(s.fabric.Context())
		if err != nil {
			return // the cloud is closed
		}
		stopped := end.StopDate.UnixMilli()
		change.Status, change.StopDate = end.Status, &stopped
		change.Output, change.Error, change.Cause = given(end.Output), given(end.Error), given(end.Cause)
		if end.Status == asl.StatusSucceeded {
			change.OutputDetails = &dataDetails{true}
		}
		s.fabric.Do(func() { s.fabric.Publish(StatusChangeSource, release.ExecutionStatusEvent, change) })
	})
}

// given returns nil for an empty text.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
