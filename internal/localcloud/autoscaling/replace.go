package autoscaling

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// replaceOutdated terminates what the replacements and the healthy percentages allow. The round's
// scaling out launches what is missing then. It returns true when everything is replaced.
func (s *Service) replaceOutdated(g *group, r *refresh) bool {
	counted, warmed := s.count(g, r)
	least, _ := r.bounds.limits(g.desired)
	var candidates []candidate
	for _, m := range g.outdated(r) {
		candidates = append(candidates, candidate{id: m.id, zone: m.subnet.zone, serves: s.serves(g, m), outdated: true})
	}
	for _, id := range victims(candidates, counted.dismissible(least)) {
		s.takeOut(g, g.member(id), because(
			at("an instance was taken out of service in response to an instance refresh."),
			at("instance %s was selected for termination.", id)))
	}
	s.noteProgress(g, r, warmed)
	return len(g.outdated(r)) == 0 && len(g.active()) >= g.desired &&
		!slices.ContainsFunc(g.active(), func(m *member) bool { return s.awaited(g, r, m) })
}

// count distinguishes the refresh's own instances, which must warm up, from earlier ones.
func (s *Service) count(g *group, r *refresh) (counted headcount, warmed int) {
	for _, m := range g.active() {
		counted.active++
		serves, awaited := s.counts(g, m), s.awaited(g, r, m)
		switch {
		case r.outdated[m.id] && serves:
			counted.outdatedUp++
		case r.outdated[m.id]:
			counted.outdatedDown++
		}
		if serves && !awaited {
			counted.available++
		}
		if !awaited && r.launched(m) {
			warmed++
		}
	}
	return counted, warmed
}

func (r *refresh) launched(m *member) bool { return !m.launched.Before(r.began) && !r.outdated[m.id] }

// awaited reports whether a member was launched by the refresh and is not ready yet.
func (s *Service) awaited(g *group, r *refresh, m *member) bool {
	return r.launched(m) && (!s.counts(g, m) || !s.warm(m, r.warmup))
}

// noteProgress also records the time of the progress. A rollback counts the percentage down.
func (s *Service) noteProgress(g *group, r *refresh, warmed int) {
	percent, remaining := progress(r.total, len(g.outdated(r)), warmed)
	if remaining < r.remaining {
		r.progressed = now()
	}
	r.remaining = remaining
	if r.rollback == nil {
		r.percent, r.left = percent, remaining
	} else {
		r.percent = int(*r.rollback.PercentageCompleteOnRollback) * (100 - percent) / 100
	}
}

// waitingFor describes in words what the refresh waits for.
func (s *Service) waitingFor(g *group, r *refresh) string {
	active := g.active()
	for _, m := range active {
		switch {
		case !s.awaited(g, r, m):
		case m.state == types.LifecycleStatePending:
			return fmt.Sprintf("Waiting for remaining instances to be available. For example: %s is being launched.", m.id)
		case !s.counts(g, m):
			return fmt.Sprintf("Waiting for remaining instances to be available. For example: %s does not pass its health checks.", m.id)
		default:
			return fmt.Sprintf("Waiting for instances to warm up before continuing. For example: %s is warming up.", m.id)
		}
	}
	if len(active) < g.wanted() {
		return "Waiting for instances to be launched. The scaling activities tell about launches that failed."
	}
	return ""
}
