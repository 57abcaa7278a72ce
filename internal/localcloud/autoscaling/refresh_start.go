package autoscaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// Limits and defaults of a refresh.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
const (
	defaultMinHealthy = 90
	defaultMaxHealthy = 100
	maxBakeTime       = 48 * time.Hour
	maxAlarms         = 10
)

func (s *Service) startRefresh(in *autoscaling.StartInstanceRefreshInput) (*autoscaling.StartInstanceRefreshOutput, error) {
	g, err := s.findLive(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	if active := g.activeRefresh(); active != nil {
		return nil, fabric.Errorf("InstanceRefreshInProgress", "An Instance Refresh is already in progress (%s, %s) and blocks the execution of this Instance Refresh.", active.id, active.status)
	}
	r, err := s.readRefresh(g, in)
	if err != nil {
		return nil, err
	}
	r.id = s.fabric.ID("refresh")
	g.refreshes = append(g.refreshes, r)
	s.fabric.After(refreshPending, func() { s.reconcile(g) })
	return &autoscaling.StartInstanceRefreshOutput{InstanceRefreshId: &r.id}, nil
}

// readRefresh checks a request. It accepts an alarm in ALARM: the refresh fails as soon as it
// begins.
func (s *Service) readRefresh(g *group, in *autoscaling.StartInstanceRefreshInput) (*refresh, error) {
	preferences := in.Preferences
	if preferences == nil {
		preferences = &types.RefreshPreferences{}
	}
	if in.Strategy != "" && in.Strategy != types.RefreshStrategyRolling || len(preferences.CheckpointPercentages) > 0 {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud has neither checkpoints nor a strategy other than Rolling")
	}
	r := &refresh{
		status: types.InstanceRefreshStatusPending, created: now(), desired: in.DesiredConfiguration, preferences: preferences,
		goal: g.template, outdated: map[string]bool{}, warmup: g.warmup, bake: seconds(preferences.BakeTime),
		bounds:       bounds{given(preferences.MinHealthyPercentage, defaultMinHealthy), given(preferences.MaxHealthyPercentage, defaultMaxHealthy)},
		skipMatching: aws.ToBool(preferences.SkipMatching), autoRollback: aws.ToBool(preferences.AutoRollback),
	}
	if preferences.InstanceWarmup != nil {
		r.warmup = seconds(preferences.InstanceWarmup)
	}
	if r.desired != nil {
		var err error
		if r.goal, err = templateOf(r.desired.LaunchTemplate); err != nil {
			return nil, err
		}
	}
	if preferences.AlarmSpecification != nil {
		r.alarms = slices.Clone(preferences.AlarmSpecification.Alarms)
	}
	return r, s.checkRefresh(g, r)
}

func (s *Service) checkRefresh(g *group, r *refresh) error {
	switch {
	case !r.bounds.fit():
		return fabric.Errorf("ValidationError", "MinHealthyPercentage is %d and MaxHealthyPercentage %d: give 0 to 100 and 100 to 200, at most 100 apart", r.bounds.min, r.bounds.max)
	case r.desired != nil && !r.goal.numbered():
		return fabric.Errorf("ValidationError", "Launch template version %s: the desired configuration needs a numbered version", r.goal.version)
	case r.autoRollback && (r.desired == nil || !g.template.numbered()):
		return fabric.Errorf("ValidationError", "AutoRollback cannot be true without a DesiredConfiguration, nor while the group uses launch template version %s that is no number", g.template.version)
	case r.bake < 0 || r.bake > maxBakeTime:
		return fabric.Errorf("ValidationError", "BakeTime is %v: give 0 s to %v", r.bake, maxBakeTime)
	case len(r.alarms) > maxAlarms:
		return fabric.Errorf("ValidationError", "%d alarms: give at most %d", len(r.alarms), maxAlarms)
	}
	for _, alarm := range r.alarms {
		if _, exists := s.alarms.AlarmState(alarm); !exists {
			return fabric.Errorf("ValidationError", "CloudWatch alarm %q does not exist", alarm)
		}
	}
	return nil
}
