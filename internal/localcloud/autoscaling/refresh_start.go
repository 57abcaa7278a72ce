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
	mostBakeTime      = 48 * time.Hour
	mostAlarms        = 10
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

// readRefresh checks a request. An alarm that is in ALARM already is no reason to refuse: the
// refresh fails as soon as it begins.
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
		goal: g.template, outdated: map[string]bool{},
		skipMatching: aws.ToBool(preferences.SkipMatching), autoRollback: aws.ToBool(preferences.AutoRollback),
		bake: seconds(preferences.BakeTime), warmup: g.refreshWarmup(preferences),
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
	if err := r.readBounds(preferences); err != nil {
		return nil, err
	}
	return r, s.checkRefresh(g, r)
}

// refreshWarmup is the refresh's own warm-up, or the group's, or its grace period.
func (g *group) refreshWarmup(preferences *types.RefreshPreferences) time.Duration {
	switch {
	case preferences.InstanceWarmup != nil:
		return seconds(preferences.InstanceWarmup)
	case g.warmup != nil:
		return *g.warmup
	}
	return g.grace
}

func (r *refresh) readBounds(preferences *types.RefreshPreferences) error {
	r.bounds = bounds{min: given(preferences.MinHealthyPercentage, defaultMinHealthy), max: given(preferences.MaxHealthyPercentage, 0)}
	switch least, most := r.bounds.min, r.bounds.max; {
	case least < 0 || least > 100:
		return fabric.Errorf("ValidationError", "MinHealthyPercentage is %d: give 0 to 100", least)
	case preferences.MaxHealthyPercentage == nil:
		return nil
	case preferences.MinHealthyPercentage == nil:
		return fabric.Errorf("ValidationError", "MaxHealthyPercentage needs MinHealthyPercentage beside it")
	case most < 100 || most > 200 || most-least > 100:
		return fabric.Errorf("ValidationError", "MaxHealthyPercentage is %d and MinHealthyPercentage %d: give 100 to 200, at most 100 apart", most, least)
	}
	return nil
}

func (s *Service) checkRefresh(g *group, r *refresh) error {
	switch {
	case r.desired != nil && !r.goal.numbered():
		return fabric.Errorf("ValidationError", "Launch template version %s: the desired configuration needs a numbered version", r.goal.version)
	case r.autoRollback && r.desired == nil:
		return fabric.Errorf("ValidationError", "AutoRollback cannot be true without a DesiredConfiguration: set it to false or give one")
	case r.autoRollback && !g.template.numbered():
		return fabric.Errorf("ValidationError", "AutoRollback cannot be true while the group uses launch template version %s: give it a numbered version", g.template.version)
	case r.bake < 0 || r.bake > mostBakeTime || r.warmup < 0:
		return fabric.Errorf("ValidationError", "BakeTime is %v and InstanceWarmup %v: give 0 s to %v and no less than 0 s", r.bake, r.warmup, mostBakeTime)
	case len(r.alarms) > mostAlarms:
		return fabric.Errorf("ValidationError", "%d alarms: give at most %d", len(r.alarms), mostAlarms)
	}
	for _, alarm := range r.alarms {
		if _, exists := s.alarms.AlarmState(alarm); !exists {
			return fabric.Errorf("ValidationError", "CloudWatch alarm %q does not exist", alarm)
		}
	}
	return nil
}
