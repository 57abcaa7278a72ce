package sweep

import (
	"context"
	"time"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// RetireFleet runs one round of removing the fleet from which the release took over, or of one that
// an earlier run left.
var RetireFleet = step.Define(step.Step{
	Name:       "RetireFleet",
	Summary:    "Removes the former fleet, or one that an earlier run left, its alarms and the preview rule; one round of it.",
	Timeout:    60 * time.Second,
	MemoryMB:   128,
	Operations: removing(retireOrder...),
}, func(clients step.Clients, settings step.Settings) func(context.Context, RetireFleetInput) (Progress, error) {
	return fleetRetirer{undoer{reach(clients, settings)}}.run
})

// RetireFleetInput is the step's input.
type RetireFleetInput struct {
	step.Call
	Plan     release.Plan `json:"plan"`
	Left     bool         `json:"left"` // an earlier run left the fleet, and the release has none yet
	Deadline deadline     `json:"deadline"`
}

type fleetRetirer struct{ undoer }

// run removes what is in the slot that does not serve. That must not be the release's own fleet, so
// the release serves by then or has none yet.
func (r fleetRetirer) run(ctx context.Context, in RetireFleetInput) (Progress, error) {
	if err := records.RequireLock(ctx, r.table, r.settings.Table, in.Execution); err != nil {
		return Progress{}, err
	}
	recorded, err := r.current(ctx)
	if err != nil {
		return Progress{}, err
	}
	if !in.Left && (!recorded.Serving || recorded.Release != in.Plan.Release) {
		return Progress{}, release.Errorf(release.LockLost, "release %s is not the one that serves, so no fleet is retired for it", in.Plan.Release)
	}
	end := in.Deadline.Time
	if end.IsZero() {
		end = time.Now().Add(r.settings.Timings.Sweep).UTC()
	}
	all := tally{}
	r.advance(ctx, retireOrder, extent{release: in.Plan.Release, promoted: true, current: recorded}, &all)
	progress := Progress{Done: len(all.waiting) == 0, WaitingFor: names(all.waiting), Deadline: end, Removed: append([]string{}, all.removed...)}
	switch {
	case len(all.failures) > 0:
		return Progress{}, failed("removal of the fleet that does not serve", all.failures)
	case len(all.waiting) > 0 && time.Now().After(end):
		return Progress{}, stuck("removal of the fleet that does not serve", end, all.waiting, nil)
	}
	return progress, nil
}
