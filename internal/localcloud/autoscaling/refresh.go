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
	reason      string                      // in addition to waitingFor
	desired     *types.DesiredConfiguration // as requested, or nil if there is none
	preferences *types.RefreshPreferences   // as requested

	goal         template // the template of new instances
	bounds       bounds
	warmup, bake time.Duration
	skipMatching bool
	autoRollback bool
	alarms       []string

	created    time.Time
	began      time.Time // the start of the replacement or of the rollback
	progressed time.Time // when the last instance was done
	baking     time.Time
	ended      time.Time

	outdated      map[string]bool // the instances to replace
	total         int             // their number at the start, or at the start of the rollback
	remaining     int             // how many are left
	percent, left int             // as described; a rollback does not change left
	rollback      *types.RollbackDetails
}

// activeRefresh returns the refresh that has not ended. A group has one at most.
func (g *group) activeRefresh() *refresh {
	if len(g.refreshes) == 0 {
		return nil
	}
	if last := g.refreshes[len(g.refreshes)-1]; last.ended.IsZero() {
		return last
	}
	return nil
}

// replaces reports whether instances are being replaced, forward or back.
func (r *refresh) replaces() bool {
	return r.status == types.InstanceRefreshStatusInProgress || r.status == types.InstanceRefreshStatusRollbackInProgress
}

// replacing returns the active refresh while it replaces instances, or nil.
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

// outdated returns the active members that the refresh must still replace.
func (g *group) outdated(r *refresh) []*member {
	return slices.DeleteFunc(g.active(), func(m *member) bool { return !r.outdated[m.id] })
}

// advanceRefresh advances the active refresh one step, if possible.
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

// beginRefresh decides which instances to replace.
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

// succeed ends a refresh with success. Only now does the group get the refresh's template.
func (s *Service) succeed(g *group, r *refresh) {
	g.template = r.goal
	s.endRefresh(g, r, types.InstanceRefreshStatusSuccessful, "")
}

// fail ends a refresh with a failure, after a rollback if one was requested.
func (s *Service) fail(g *group, r *refresh, reason string) {
	if r.autoRollback {
		s.rollBack(g, r, reason)
		return
	}
	s.endRefresh(g, r, types.InstanceRefreshStatusFailed, reason)
}

// ringing returns the first of the refresh's alarms that is in ALARM, or "" if there is none.
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
