package cloudwatch

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/release"
)

// StateChange is the detail of the event about an alarm's new state.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
type StateChange struct {
	AlarmName     string `json:"alarmName"`
	State         State  `json:"state"`
	PreviousState State  `json:"previousState"`
}

// State is a state of an alarm.
type State struct {
	Value  types.StateValue `json:"value"`
	Reason string           `json:"reason,omitempty"`
}

func (s *Service) announce(alarm string, former types.StateValue, now verdict) {
	s.fabric.Publish("aws.cloudwatch", release.AlarmStateEvent,
		StateChange{AlarmName: alarm, State: State{now.state, now.reason}, PreviousState: State{Value: former}})
}
