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
	Summary:    "Lists what a teardown would remove, and which images it keeps.",
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

// Listed lists what a teardown would remove, in its order, and what of that kind it keeps. The fields
// are where the rules of the stack look, so that nobody gets a message.
type Listed struct {
	Resources []inventory.Resource `json:"resources"`
	Kept      []inventory.Resource `json:"kept"` // images with their snapshots
}

type lister struct{ cloud }

func (l lister) run(ctx context.Context, in ListInput) (Listed, error) {
	found, err := l.covered(ctx, in.Plan)
	if err != nil {
		return Listed{}, err
	}
	all, err := inventory.Images(ctx, l.images, l.settings.Environment, inventory.Selection{})
	if err != nil {
		return Listed{}, err
	}
	kept := slices.DeleteFunc(all, func(one inventory.Resource) bool { return slices.Contains(found, one) })
	return Listed{append([]inventory.Resource{}, found...), append([]inventory.Resource{}, kept...)}, nil
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
