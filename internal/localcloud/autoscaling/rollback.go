package autoscaling

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// rollbackRefresh rolls back a refresh that has not ended, including its bake time.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
func (s *Service) rollbackRefresh(in *autoscaling.RollbackInstanceRefreshInput) (*autoscaling.RollbackInstanceRefreshOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	r := g.activeRefresh()
	switch {
	case r == nil || r.rollback != nil || r.status == types.InstanceRefreshStatusCancelling:
		return nil, fabric.Errorf("ActiveInstanceRefreshNotFound", "No instance refresh of AutoScalingGroup %s can be rolled back: none is in progress or baking", g.name)
	case r.desired == nil:
		return nil, fabric.Errorf("IrreversibleInstanceRefresh", "Instance refresh %s cannot be rolled back: it was started without a desired configuration", r.id)
	}
	s.rollBack(g, r, "A rollback was requested by the user.")
	s.reconcile(g)
	return &autoscaling.RollbackInstanceRefreshOutput{InstanceRefreshId: &r.id}, nil
}

// numbered reports whether the version is a number, because $Latest and $Default may be another
// version later.
func (t template) numbered() bool {
	return t.version != "" && strings.Trim(t.version, "0123456789") == ""
}

// rollBack reverses a refresh: all instances must get the group's own template again, which a
// refresh changes only when it succeeds.
func (s *Service) rollBack(g *group, r *refresh, reason string) {
	r.rollback = &types.RollbackDetails{
		RollbackReason: aws.String(reason), RollbackStartTime: aws.Time(now()),
		PercentageCompleteOnRollback: number(r.percent), InstancesToUpdateOnRollback: number(r.left),
	}
	r.status, r.goal, r.began, r.progressed = types.InstanceRefreshStatusRollbackInProgress, g.template, now(), now()
	r.outdated = map[string]bool{}
	for _, m := range g.active() {
		if m.template != r.goal {
			r.outdated[m.id] = true
		}
	}
	r.total, r.remaining = len(r.outdated), len(r.outdated)
	s.publish(g, r, "Rollback Started")
	r.reason = reason
	g.more = true
}

func (s *Service) rollOn(g *group, r *refresh) {
	switch {
	case s.replaceOutdated(g, r):
		r.percent = 0
		s.endRefresh(g, r, types.InstanceRefreshStatusRollbackSuccessful, r.reason)
	case s.past(r.progressed, refreshPatience):
		s.endRefresh(g, r, types.InstanceRefreshStatusRollbackFailed,
			because(r.reason, "The rollback failed because no instance could be replaced within an hour.", s.waitingFor(g, r)))
	}
}

// cancelRefresh stops a refresh or its rollback, and undoes nothing.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/cancel-instance-refresh.html
func (s *Service) cancelRefresh(in *autoscaling.CancelInstanceRefreshInput) (*autoscaling.CancelInstanceRefreshOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	r := g.activeRefresh()
	if r == nil {
		return nil, fabric.Errorf("ActiveInstanceRefreshNotFound", "No instance refresh of AutoScalingGroup %s is in progress", g.name)
	}
	r.status, r.reason = types.InstanceRefreshStatusCancelling, "Waiting for launches and terminations in progress."
	s.reconcile(g)
	return &autoscaling.CancelInstanceRefreshOutput{InstanceRefreshId: &r.id}, nil
}
