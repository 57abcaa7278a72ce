package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

type actionRunner struct {
	prefix string
	run    func(alarm, reason, action string)
}

// OnAction registers run for alarm actions whose ARN begins with prefix. The actions, which are
// Auto Scaling's, run in each minute in which the alarm is in ALARM, under the lock.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
func (s *Service) OnAction(prefix string, run func(alarm, reason, action string)) {
	s.actions = append(s.actions, actionRunner{prefix, run})
}

// AlarmState returns INSUFFICIENT_DATA, OK or ALARM. ok is false if there is no such alarm.
func (s *Service) AlarmState(name string) (state string, ok bool) {
	if s.alarms[name] == nil {
		return "", false
	}
	return string(s.alarms[name].StateValue), true
}

// Breach returns the alarm's most recent data point and its threshold, from which Auto Scaling
// picks the step of a policy. ok is false if there is no such alarm or it has no data.
func (s *Service) Breach(name string) (value, threshold float64, ok bool) {
	a := s.alarms[name]
	if a == nil {
		return 0, 0, false
	}
	return a.latest.value, a.rule.threshold, !a.latest.missing()
}

// evaluateAll evaluates the alarms in alphabetical order, so that runs are deterministic.
func (s *Service) evaluateAll() {
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		if a := s.alarms[name]; a != nil {
			s.evaluate(name, a)
		}
	}
}

// evaluate evaluates the periods that are over.
func (s *Service) evaluate(name string, a *alarm) {
	evaluated := s.datapoints(a)
	a.latest = noData
	for _, d := range evaluated {
		if !d.missing() {
			a.latest = d
		}
	}
	if verdict := a.rule.judge(evaluated); verdict.state != a.StateValue {
		now := time.Now().UTC()
		s.announce(name, a.StateValue, verdict)
		a.StateValue, a.StateReason = verdict.state, aws.String(verdict.reason)
		a.StateUpdatedTimestamp, a.StateTransitionedTimestamp = &now, &now
	}
	if a.StateValue == types.StateValueAlarm {
		s.act(name, a)
	}
}

func (s *Service) datapoints(a *alarm) []datapoint {
	var evaluated []datapoint
	for age := a.rule.periods + extraPeriods - 1; age >= 0; age-- {
		end := s.minute - int64(age)*a.watched.period
		evaluated = append(evaluated, datapoint{s.startOf(end - a.watched.period), a.watched.value(end)})
	}
	return evaluated
}

func (s *Service) act(name string, a *alarm) {
	for _, action := range a.AlarmActions {
		for _, runner := range s.actions {
			if strings.HasPrefix(action, runner.prefix) {
				runner.run(name, aws.ToString(a.StateReason), action)
			}
		}
	}
}
