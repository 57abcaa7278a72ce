package sweep

import (
	"context"
	"slices"
	"time"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// ListResources is the dry run: it only lists.
var ListResources = step.Define(step.Step{
	Name:       "ListResources",
	Summary:    "Lists what a teardown would remove.",
	Timeout:    60 * time.Second,
	MemoryMB:   128,
	Operations: looking(slices.Concat(Order, undoOrder)...),
}, func(clients step.Clients, settings step.Settings) func(context.Context, ListInput) (Listed, error) {
	return lister{reach(clients, settings)}.run
})

// ListInput is the input of ListResources and VerifyNothingLeft.
type ListInput struct {
	step.Call
	Plan release.Teardown `json:"plan"`
}

// Listed lists what a teardown would remove, in its order.
type Listed struct {
	Resources []inventory.Resource `json:"resources"`
}

type lister struct{ cloud }

func (l lister) run(ctx context.Context, in ListInput) (Listed, error) {
	found, err := l.covered(ctx, in.Plan)
	return Listed{found}, err
}

// covered lists the resources within the teardown's scope.
func (c cloud) covered(ctx context.Context, plan release.Teardown) ([]inventory.Resource, error) {
	recorded, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	if plan.Scope == release.ScopeRelease {
		stages, over := undoing(plan.Undo, recorded)
		return c.list(ctx, stages, over)
	}
	return c.list(ctx, Order, tearingDown(plan, recorded))
}
