package stepfunctions

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/asl"
	"photogallery/internal/localcloud/fabric"
)

func (s *Service) getExecutionHistory(in *sfn.GetExecutionHistoryInput) (*sfn.GetExecutionHistoryOutput, error) {
	m, e, err := s.execution(aws.ToString(in.ExecutionArn))
	if err != nil {
		return nil, err
	}
	events := e.History()
	if in.ReverseOrder {
		slices.Reverse(events)
	}
	id := func(e asl.Event) string { return strconv.FormatInt(e.ID, 10) }
	events, next, err := page(events, in.NextToken, in.MaxResults, id, func(asl.Event) bool { return true })
	if err != nil {
		return nil, err
	}
	out := &sfn.GetExecutionHistoryOutput{NextToken: next, Events: []types.HistoryEvent{}}
	withData := in.IncludeExecutionData == nil || *in.IncludeExecutionData
	for _, event := range events {
		if !withData {
			event.Input, event.Output, event.Parameters = "", "", ""
		}
		entry := historyEvent(event)
		if started := entry.ExecutionStartedEventDetails; started != nil {
			started.RoleArn = m.role()
		}
		out.Events = append(out.Events, entry)
	}
	return out, nil
}

func historyEvent(event asl.Event) types.HistoryEvent {
	entry := types.HistoryEvent{
		Id: event.ID, PreviousEventId: event.PreviousID,
		Timestamp: aws.Time(event.Timestamp), Type: types.HistoryEventType(event.Type),
	}
	// The SDK names the details field of an event after its type; all states share two fields.
	name := event.Type
	for _, shared := range []string{"StateEntered", "StateExited"} {
		if strings.HasSuffix(name, shared) {
			name = shared
		}
	}
	if field := reflect.ValueOf(&entry).Elem().FieldByName(name + "EventDetails"); field.IsValid() {
		field.Set(details(field.Type().Elem(), event))
	}
	return entry
}

// details sets the fields that the type of details has.
func details(kind reflect.Type, event asl.Event) reflect.Value {
	filled := reflect.New(kind)
	uncut := &types.HistoryEventExecutionDataDetails{Truncated: false}
	for name, value := range map[string]any{
		"Name": given(event.Name), "Input": given(event.Input), "InputDetails": uncut,
		"Output": given(event.Output), "OutputDetails": uncut, "Error": given(event.Error),
		"Cause": given(event.Cause), "Resource": given(event.Resource),
		"ResourceType": given(event.ResourceType), "Region": given(fabric.Region),
		"Parameters": given(event.Parameters), "TimeoutInSeconds": limit(event.TimeoutInSeconds),
		"HeartbeatInSeconds": limit(event.HeartbeatInSeconds),
	} {
		if field := filled.Elem().FieldByName(name); field.IsValid() {
			field.Set(reflect.ValueOf(value))
		}
	}
	return filled
}

// limit returns nil if a state has no such limit.
func limit(seconds int64) *int64 {
	if seconds == 0 {
		return nil
	}
	return &seconds
}
