package sweep

import (
	"context"
	"time"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// RetireFleet runs one round of removing the fleet from which the release took over.
var RetireFleet = step.Define(step.Step{
	Name:       "RetireFleet",
	Summary:    "Removes the former fleet, its alarms and the preview rule; one round of it.",
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
	Deadline deadline     `json:"deadline"`
}

type fleetRetirer struct{ undoer }

// run removes nothing unless the release is the one that serves.
func (r fleetRetirer) run(ctx context.Context, in RetireFleetInput) (Progress, error) {
	if err := records.RequireLock(ctx, r.table, r.settings.Table, in.Execution); err != nil {
		return Progress{}, err
	}
	recorded, err := r.current(ctx)
	if err != nil {
		return Progress{}, err
	}
	if !recorded.Serving || recorded.Release != in.Plan.Release {
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
		return Progress{}, failed("retirement of the former fleet", all.failures)
	case len(all.waiting) > 0 && time.Now().After(end):
		return Progress{}, stuck("retirement of the former fleet", end, all.waiting, nil)
	}
	return progress, nil
}
