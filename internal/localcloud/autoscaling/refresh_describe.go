package autoscaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func (s *Service) describeRefreshes(in *autoscaling.DescribeInstanceRefreshesInput) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	refreshes := slices.DeleteFunc(s.Refreshes(g.name), func(r types.InstanceRefresh) bool {
		return len(in.InstanceRefreshIds) > 0 && !slices.Contains(in.InstanceRefreshIds, *r.InstanceRefreshId)
	})
	return &autoscaling.DescribeInstanceRefreshesOutput{InstanceRefreshes: refreshes}, nil
}

// Refreshes returns a group's instance refreshes as DescribeInstanceRefreshes does, latest first,
// or nil if there is no such group.
func (s *Service) Refreshes(name string) []types.InstanceRefresh {
	g, err := s.find(name)
	if err != nil {
		return nil
	}
	refreshes := make([]types.InstanceRefresh, 0, len(g.refreshes))
	for _, r := range slices.Backward(g.refreshes) {
		refreshes = append(refreshes, s.described(g, r))
	}
	return refreshes
}

func (s *Service) described(g *group, r *refresh) types.InstanceRefresh {
	reason := r.reason
	if r.replaces() {
		reason = because(reason, s.waitingFor(g, r))
	}
	return types.InstanceRefresh{
		AutoScalingGroupName: &g.name, InstanceRefreshId: &r.id, Strategy: types.RefreshStrategyRolling,
		Status: r.status, StatusReason: optional(reason),
		DesiredConfiguration: r.desired, Preferences: r.preferences,
		PercentageComplete: number(r.percent), InstancesToUpdate: number(r.left), RollbackDetails: r.rollback,
		StartTime: &r.created, EndTime: instant(r.ended),
	}
}

// endRefresh records how a refresh ended and publishes an event.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html
func (s *Service) endRefresh(g *group, r *refresh, status types.InstanceRefreshStatus, reason string) {
	r.status, r.reason, r.ended = status, reason, now()
	s.publish(g, r, map[types.InstanceRefreshStatus]string{
		types.InstanceRefreshStatusSuccessful:         "Succeeded",
		types.InstanceRefreshStatusFailed:             "Failed",
		types.InstanceRefreshStatusCancelled:          "Cancelled",
		types.InstanceRefreshStatusRollbackSuccessful: "Rollback Succeeded",
		types.InstanceRefreshStatusRollbackFailed:     "Rollback Failed",
	}[status])
}

func (s *Service) publish(g *group, r *refresh, what string) {
	s.fabric.Publish("aws.autoscaling", "EC2 Auto Scaling Instance Refresh "+what,
		map[string]string{"InstanceRefreshId": r.id, "AutoScalingGroupName": g.name})
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func instant(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
