package autoscaling

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/machine"
)

// reconcile moves a group toward its wanted state. Events of its instances in the meantime lead to
// another round instead of a nested one.
func (s *Service) reconcile(g *group) {
	g.more = true
	if g.busy || s.suspended {
		return
	}
	g.busy = true
	for g.more {
		g.more = false
		s.reconcileOnce(g)
	}
	g.busy = false
}

func (s *Service) reconcileOnce(g *group) {
	s.followInstances(g)
	if g.deleting {
		s.finishDeletion(g)
		return
	}
	s.replaceUnhealthy(g)
	s.advanceRefresh(g)
	s.launchMissing(g)
	s.terminateExcess(g)
	if active := len(g.active()); active >= g.desired && active <= g.wanted() {
		g.cause = ""
	}
	s.recordCapacity(g)
}

// followInstances applies the state changes of the instances.
func (s *Service) followInstances(g *group) {
	for _, m := range slices.Clone(g.members) {
		instance, known := s.instances.Instance(m.id)
		gone := !known || instance.State == ec2.Terminated
		switch {
		case m.state == types.LifecycleStateTerminating && gone:
			s.remove(g, m)
		case m.state == types.LifecycleStatePending:
			s.followPending(g, m, instance, gone)
		case m.state == types.LifecycleStateInService && instance.State != ec2.Running:
			s.takeOutDead(g, m)
		}
	}
}

func (s *Service) followPending(g *group, m *member, instance ec2.Instance, gone bool) {
	switch {
	case gone || instance.State != ec2.Pending && instance.State != ec2.Running:
		end(m.activity, types.ScalingActivityStatusCodeFailed,
			"Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: "+instance.Reason)
		s.takeOutDead(g, m)
	case instance.State == ec2.Running && !isStarting(instance.Machine):
		s.putInService(g, m)
	}
}

func isStarting(m machine.Machine) bool {
	starter, starts := m.(machine.Starter)
	return starts && starter.Starting()
}

// putInService first registers a member with the target groups, as AWS does. It does not wait for
// their health checks.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
func (s *Service) putInService(g *group, m *member) {
	for _, target := range g.targets {
		s.targets.Register(target, m.id)
	}
	m.state, m.inService = types.LifecycleStateInService, now()
	end(m.activity, types.ScalingActivityStatusCodeSuccessful, "")
}

// wanted returns how many active members the group should have: the desired capacity, plus what a
// refresh needs for a while.
func (g *group) wanted() int {
	if r := g.replacing(); r != nil {
		_, most := r.bounds.limits(g.desired)
		return max(g.desired, min(most, g.desired+len(g.outdated(r))))
	}
	return g.desired
}

// terminateExcess scales in.
func (s *Service) terminateExcess(g *group) {
	active := g.active()
	excess := len(active) - g.wanted()
	if excess <= 0 || g.canceling() {
		return
	}
	launching := g.launching()
	candidates := make([]candidate, 0, len(active))
	for _, m := range active {
		candidates = append(candidates, candidate{
			id: m.id, zone: m.subnet.zone, serves: s.serves(g, m), outdated: m.template != launching,
		})
	}
	for _, id := range victims(candidates, excess) {
		s.takeOut(g, g.member(id), because(g.cause,
			at("an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.", len(active), len(active)-excess),
			at("instance %s was selected for termination.", id)))
	}
}
