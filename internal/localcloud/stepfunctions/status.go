package stepfunctions

import (
	"strings"
	"sync"

	"photogallery/internal/asl"
)

// StatusChange is the detail of a "Step Functions Execution Status Change" event. Instants are in
// milliseconds since 1970; what an execution does not have is null.
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

// Source and DetailType of a StatusChange event.
const (
	StatusChangeSource     = "aws.states"
	StatusChangeDetailType = "Step Functions Execution Status Change"
)

var statusOf = map[string]asl.Status{
	"ExecutionStarted":   asl.StatusRunning,
	"ExecutionSucceeded": asl.StatusSucceeded,
	"ExecutionFailed":    asl.StatusFailed,
	"ExecutionTimedOut":  asl.StatusTimedOut,
	"ExecutionAborted":   asl.StatusAborted,
}

// bulletin holds status changes until they are published. The interpreter tells of an abort while
// StopExecution holds the fabric's lock, so that publishing, which needs it, must follow.
type bulletin struct {
	mu      sync.Mutex
	changes []StatusChange
}

func (s *Service) announce(m *machine, event asl.Event) {
	status, ok := statusOf[event.Type]
	if !ok {
		return
	}
	change := statusChange(m, event, status)
	s.bulletin.mu.Lock()
	s.bulletin.changes = append(s.bulletin.changes, change)
	s.bulletin.mu.Unlock()
	s.fabric.Go(func() { s.fabric.Do(s.publish) })
}

func (s *Service) publish() {
	s.bulletin.mu.Lock()
	defer s.bulletin.mu.Unlock()
	for _, change := range s.bulletin.changes {
		s.fabric.Publish(StatusChangeSource, StatusChangeDetailType, change)
	}
	s.bulletin.changes = nil
}

func statusChange(m *machine, event asl.Event, status asl.Status) StatusChange {
	name := event.ExecutionARN[strings.LastIndex(event.ExecutionARN, ":")+1:]
	change := StatusChange{
		ExecutionARN: event.ExecutionARN, StateMachineARN: m.arn, Name: name, Status: status,
		StartDate: event.Timestamp.UnixMilli(),
	}
	if e, ok := m.Execution(name); ok {
		begun := e.Snapshot()
		change.StartDate, change.Input, change.InputDetails = begun.StartDate.UnixMilli(), given(begun.Input), &dataDetails{true}
	}
	if status == asl.StatusRunning {
		return change
	}
	stopped := event.Timestamp.UnixMilli()
	change.StopDate = &stopped
	switch status {
	case asl.StatusSucceeded:
		change.Output, change.OutputDetails = given(event.Output), &dataDetails{true}
	case asl.StatusFailed, asl.StatusAborted:
		change.Error, change.Cause = given(event.Error), given(event.Cause)
	}
	return change
}

// given is nil for an empty text.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
