package autoscaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// refresh is an instance refresh of a group.
type refresh struct {
	id          string
	status      types.InstanceRefreshStatus
	reason      string                      // beside what waitingFor has to tell
	desired     *types.DesiredConfiguration // as requested, or nil for none
	preferences *types.RefreshPreferences   // as requested

	goal         template // what new instances get
	bounds       bounds
	warmup, bake time.Duration
	skipMatching bool
	autoRollback bool
	alarms       []string

	created    time.Time
	began      time.Time // the replacing, or the rolling back
	progressed time.Time // when the last instance was done
	baking     time.Time
	ended      time.Time

	outdated      map[string]bool // the instances to replace
	total         int             // how many those were at the start, or at the start of the rollback
	remaining     int             // how many are not done
	percent, left int             // as described; a rollback leaves left as it was
	rollback      *types.RollbackDetails
}

// activeRefresh returns the one that has not ended; a group has one at most.
func (g *group) activeRefresh() *refresh {
	if len(g.refreshes) == 0 {
		return nil
	}
	if last := g.refreshes[len(g.refreshes)-1]; last.ended.IsZero() {
		return last
	}
	return nil
}

// replaces reports whether instances are being replaced, forwards or back.
func (r *refresh) replaces() bool {
	return r.status == types.InstanceRefreshStatusInProgress || r.status == types.InstanceRefreshStatusRollbackInProgress
}

// replacing returns the active refresh while it replaces instances, nil otherwise.
func (g *group) replacing() *refresh {
	if r := g.activeRefresh(); r != nil && r.replaces() {
		return r
	}
	return nil
}

func (g *group) canceling() bool {
	r := g.activeRefresh()
	return r != nil && r.status == types.InstanceRefreshStatusCancelling
}

// outdated returns the active members that the refresh has still to replace.
func (g *group) outdated(r *refresh) []*member {
	return slices.DeleteFunc(g.active(), func(m *member) bool { return !r.outdated[m.id] })
}

// advanceRefresh takes the active refresh one step on, if it can go.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
func (s *Service) advanceRefresh(g *group) {
	r := g.activeRefresh()
	if r == nil {
		return
	}
	switch r.status {
	case types.InstanceRefreshStatusPending:
		if s.past(r.created, refreshPending) {
			s.beginRefresh(g, r)
		}
	case types.InstanceRefreshStatusInProgress, types.InstanceRefreshStatusBaking:
		s.goOn(g, r)
	case types.InstanceRefreshStatusRollbackInProgress:
		s.rollOn(g, r)
	case types.InstanceRefreshStatusCancelling:
		if s.still(g) {
			s.endRefresh(g, r, types.InstanceRefreshStatusCancelled, "Cancelled on user request.")
		}
	}
}

// beginRefresh settles which instances are to be replaced.
func (s *Service) beginRefresh(g *group, r *refresh) {
	r.status, r.began, r.progressed = types.InstanceRefreshStatusInProgress, now(), now()
	s.publish(g, r, "Started")
	for _, m := range g.active() {
		if !r.skipMatching || m.template != r.goal {
			r.outdated[m.id] = true
		}
	}
	r.total, r.remaining, r.left = len(r.outdated), len(r.outdated), len(r.outdated)
	s.goOn(g, r)
}

func (s *Service) goOn(g *group, r *refresh) {
	if alarm := s.ringing(r); alarm != "" {
		s.fail(g, r, fmt.Sprintf("The instance refresh failed because CloudWatch alarm %s is in the ALARM state.", alarm))
		return
	}
	switch {
	case r.status == types.InstanceRefreshStatusBaking:
		if s.past(r.baking, r.bake) {
			s.succeed(g, r)
		}
	case s.replaceOutdated(g, r):
		r.percent, r.left, r.baking = 100, 0, now()
		if r.bake == 0 {
			s.succeed(g, r)
			return
		}
		r.status, r.reason = types.InstanceRefreshStatusBaking, fmt.Sprintf("Waiting for the bake time of %d seconds to pass.", int(r.bake.Seconds()))
		s.publish(g, r, "Started Baking")
	case s.past(r.progressed, refreshPatience):
		s.fail(g, r, because("The instance refresh failed because no instance could be replaced within an hour.", s.waitingFor(g, r)))
	}
}

// succeed is when the group takes over what the refresh has brought, not before.
func (s *Service) succeed(g *group, r *refresh) {
	g.template = r.goal
	s.endRefresh(g, r, types.InstanceRefreshStatusSuccessful, "")
}

// fail ends a refresh, by the way back where it was asked to.
func (s *Service) fail(g *group, r *refresh, reason string) {
	if r.autoRollback {
		s.rollBack(g, r, reason)
		return
	}
	s.endRefresh(g, r, types.InstanceRefreshStatusFailed, reason)
}

// ringing returns the first of the refresh's alarms that is in ALARM, or "" if none is.
func (s *Service) ringing(r *refresh) string {
	for _, alarm := range r.alarms {
		if state, _ := s.alarms.AlarmState(alarm); state == "ALARM" {
			return alarm
		}
	}
	return ""
}

// still reports whether no instance is being launched or terminated.
func (s *Service) still(g *group) bool {
	return !slices.ContainsFunc(g.members, func(m *member) bool { return m.state != types.LifecycleStateInService })
}
