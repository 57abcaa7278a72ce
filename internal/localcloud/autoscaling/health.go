package autoscaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// replaceUnhealthy takes out members that the load balancer reports as unhealthy after their grace
// period. It takes a tenth of the group at a time, at least one, and waits until new instances have
// warmed up, so that a broken health check does not take the whole group down at once.
// followInstances replaces instances that have ended.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
func (s *Service) replaceUnhealthy(g *group) {
	if !g.byLoadBalancer || len(g.active()) < g.desired {
		return
	}
	var failing []*member
	for _, m := range g.active() {
		switch {
		case s.failing(g, m):
			failing = append(failing, m)
		case m.state == types.LifecycleStatePending || !s.warm(m, g.warmup):
			return
		}
	}
	for _, m := range failing[:min(len(failing), max(1, g.desired/10))] {
		m.unhealthy = true
		g.unhealthy++
		s.takeOut(g, m, at("an instance was taken out of service in response to an ELB system health check failure."))
	}
}

func (s *Service) failing(g *group, m *member) bool {
	return m.state == types.LifecycleStateInService && s.past(m.inService, g.grace) &&
		slices.ContainsFunc(g.targets, func(target string) bool { return s.targets.Health(target, m.id) == "unhealthy" })
}
