package autoscaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// takeOut starts to remove a member: the target groups drain it, then EC2 terminates it.
func (s *Service) takeOut(g *group, m *member, cause string) {
	wasPending := m.state == types.LifecycleStatePending
	if wasPending && m.activity.EndTime == nil {
		end(m.activity, types.ScalingActivityStatusCodeCancelled, "The instance is not needed any more")
	}
	m.state = types.LifecycleStateTerminating
	m.activity = s.begin(g, types.ScalingActivityStatusCodeInProgress, m.subnet, "Terminating EC2 instance: "+m.id, cause)
	if wasPending || len(g.targets) == 0 {
		s.instances.Terminate(m.id)
		return
	}
	m.activity.StatusCode = types.ScalingActivityStatusCodeWaitingForELBConnectionDraining
	m.draining = len(g.targets)
	for _, target := range g.targets {
		s.targets.Deregister(target, m.id, func() { s.drained(m) })
	}
}

func (s *Service) drained(m *member) {
	m.draining--
	if m.draining == 0 && m.activity.EndTime == nil {
		m.activity.StatusCode = types.ScalingActivityStatusCodeInProgress
		s.instances.Terminate(m.id)
	}
}

// takeOutDead removes an instance that has ended, without draining. It also terminates an instance
// that has only stopped.
func (s *Service) takeOutDead(g *group, m *member) {
	m.unhealthy = true
	g.unhealthy++
	s.takeOut(g, m, at("an instance was taken out of service in response to an EC2 health check that indicated it had been terminated or stopped."))
	s.instances.Terminate(m.id)
}

// remove completes takeOut.
func (s *Service) remove(g *group, gone *member) {
	end(gone.activity, types.ScalingActivityStatusCodeSuccessful, "")
	g.members = slices.DeleteFunc(g.members, func(m *member) bool { return m == gone })
	g.more = true
}
