package sweep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// VerifyNothingLeft lists every service once more at the end of a teardown.
var VerifyNothingLeft = step.Define(step.Step{
	Name:       "VerifyNothingLeft",
	Summary:    "Fails if anything is left that the teardown should have removed, and names it.",
	Timeout:    60 * time.Second,
	MemoryMB:   128,
	Operations: looking(slices.Concat(Order, undoOrder)...),
}, func(clients step.Clients, settings step.Settings) func(context.Context, ListInput) (Leftovers, error) {
	return verifier{reach(clients, settings)}.run
})

// Leftovers is empty when the step succeeds.
type Leftovers struct {
	Left []inventory.Resource `json:"left"`
}

type verifier struct{ cloud }

func counted(resources int) string {
	if resources == 1 {
		return "1 resource is"
	}
	return fmt.Sprintf("%d resources are", resources)
}

func (v verifier) run(ctx context.Context, in ListInput) (Leftovers, error) {
	left, err := v.covered(ctx, in.Plan)
	if err != nil {
		return Leftovers{}, err
	}
	if len(left) > 0 {
		return Leftovers{}, release.Errorf(release.LeftBehind, "%s left: %s; start the teardown again", counted(len(left)), names(left))
	}
	return Leftovers{left}, nil
}
