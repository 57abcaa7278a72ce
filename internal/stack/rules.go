package stack

import (
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/release"
)

// addRules adds the stack's EventBridge rules.
func (s *Stack) addRules() {
	s.Cloud.Fabric.Rule(s.isBuildResult, s.passTo("Resume"))
	s.Cloud.Fabric.Rule(isInstanceGone, s.passTo("Resume"))
	s.Cloud.Fabric.Rule(s.isVerdict, s.passTo("Decide"))
	s.Cloud.Fabric.Rule(s.isAbandonedRelease, s.undo)
	s.Cloud.Fabric.Rule(s.isUnvisited, s.sleep)
	if s.Settings.Budget > 0 {
		s.Cloud.Fabric.Every(release.BudgetPeriod, func() { s.functions["CheckBudget"].InvokeAsync([]byte("{}")) })
	}
}

func (s *Stack) isBuildResult(e fabric.Event) bool {
	return e.Source == s.Settings.Environment.BuildSource() && e.DetailType == release.BuildResultEvent
}

func (s *Stack) isVerdict(e fabric.Event) bool {
	return e.Source == s.Settings.Environment.VerdictSource() && e.DetailType == release.VerdictEvent
}

// isInstanceGone matches any instance, because EC2's events have no tags. The step checks whether
// it is a builder.
func isInstanceGone(e fabric.Event) bool {
	var detail struct {
		State string `json:"state"`
	}
	return e.Source == "aws.ec2" && e.DetailType == release.InstanceStateEvent &&
		json.Unmarshal(e.Detail, &detail) == nil && release.IsEnding(detail.State)
}

// passTo returns the target of a rule that invokes a function with the event.
func (s *Stack) passTo(function string) func(fabric.Event) {
	return func(e fabric.Event) {
		payload, err := json.Marshal(e)
		if err != nil {
			s.log.Error("an event cannot be encoded", "event", e.DetailType, "reason", err.Error())
			return
		}
		s.functions[function].InvokeAsync(payload)
	}
}

// isAbandonedRelease matches a release whose end no Catch sees: stopped, out of time, or failed
// outside of a state.
func (s *Stack) isAbandonedRelease(e fabric.Event) bool {
	if e.Source != stepfunctions.StatusChangeSource || e.DetailType != release.ExecutionStatusEvent {
		return false
	}
	change, err := statusChange(e)
	if err != nil || change.StateMachineARN != s.Settings.ReleaseMachine {
		return false
	}
	switch change.Status {
	case "TIMED_OUT", "ABORTED":
		return true
	case "FAILED":
		return change.Error == nil || !release.IsEnd(*change.Error)
	}
	return false
}

func statusChange(e fabric.Event) (change stepfunctions.StatusChange, err error) {
	err = json.Unmarshal(e.Detail, &change)
	return change, err
}

// undo starts a teardown of the one release. EventBridge delivers an event at least once; the
// execution's name makes a second delivery harmless.
func (s *Stack) undo(e fabric.Event) {
	change, err := statusChange(e)
	if err != nil {
		s.log.Error("a status change cannot be read", "reason", err.Error())
		return
	}
	input, err := json.Marshal(map[string]string{"scope": "release", "release": change.Name})
	if err != nil {
		s.log.Error("an undo's input cannot be encoded", "release", change.Name, "reason", err.Error())
		return
	}
	s.Cloud.Fabric.Do(func() {
		_, err = s.Cloud.StepFunctions.Start(s.Settings.TeardownMachine, undoName(change.Name), string(input))
	})
	var api smithy.APIError
	isRunning := errors.As(err, &api) && api.ErrorCode() == "ExecutionAlreadyExists"
	if err != nil && !isRunning {
		s.log.Error("an abandoned release could not be undone", "release", change.Name, "reason", err.Error())
	}
}

// undoName returns the name of the teardown execution that undoes an abandoned release. Names have
// at most 80 characters; a longer one is cut and made unique with its hash.
func undoName(name string) string {
	const most = 80
	whole := []rune("undo-" + name)
	if len(whole) <= most {
		return string(whole)
	}
	hash := "-" + release.Short(release.Token(name))
	return string(whole[:most-len(hash)]) + hash
}

// isUnvisited matches the end of the visits. A new alarm, which is in ALARM at once, was not OK before.
func (s *Stack) isUnvisited(e fabric.Event) bool {
	var change cloudwatch.StateChange
	return e.Source == "aws.cloudwatch" && e.DetailType == release.AlarmStateEvent && json.Unmarshal(e.Detail, &change) == nil &&
		change.AlarmName == s.Settings.Environment.UnvisitedAlarm() &&
		change.State.Value == types.StateValueAlarm && change.PreviousState.Value == types.StateValueOk
}

// sleep starts a teardown. A second one finds nothing that serves.
func (s *Stack) sleep(fabric.Event) {
	s.Cloud.Fabric.Do(func() {
		if _, err := s.Cloud.StepFunctions.Start(s.Settings.TeardownMachine, "", release.SleepRequest); err != nil {
			s.log.Error("the gallery could not go to sleep", "reason", err.Error())
		}
	})
}
