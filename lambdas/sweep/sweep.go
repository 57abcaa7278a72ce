package sweep

import (
	"context"
	"slices"
	"time"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Sweep runs one round of one stage of an environment's teardown.
var Sweep = step.Define(step.Step{
	Name:       "Sweep",
	Summary:    "Removes one kind of the environment's resources and looks whether they are gone; one round of it.",
	Timeout:    60 * time.Second,
	MemoryMB:   128,
	Operations: removing(Order...),
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (Progress, error) {
	return sweeper{reach(clients, settings)}.run
})

// Input is the input of Sweep.
type Input struct {
	step.Call
	Plan     release.Teardown `json:"plan"`
	Stage    string           `json:"stage"` // the name of a stage in Order
	Deadline time.Time        `json:"deadline"`
}

type sweeper struct{ cloud }

func (s sweeper) run(ctx context.Context, in Input) (Progress, error) {
	at := slices.IndexFunc(Order, func(stage Stage) bool { return stage.Name == in.Stage })
	if at < 0 {
		return Progress{}, release.Errorf(release.Unexpected, "the sweep has no stage %q", in.Stage)
	}
	recorded, err := s.current(ctx)
	if err != nil {
		return Progress{}, err
	}
	left, removed, err := s.round(ctx, Order[at], tearingDown(in.Plan, recorded))
	if err != nil {
		return Progress{}, failed("teardown, stage "+in.Stage, []error{leaving(err, left)})
	}
	if len(left) > 0 && time.Now().After(in.Deadline) {
		return Progress{}, stuck("teardown, stage "+in.Stage, in.Deadline, left, nil)
	}
	return Progress{
		Done: len(left) == 0, WaitingFor: names(left), Deadline: in.Deadline,
		Removed: append([]string{}, removed...),
	}, nil
}
