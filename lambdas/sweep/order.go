// Package sweep removes what an environment, or one release of it, has made. It finds resources by
// tag and name in what each service describes, never by remembered state.
package sweep

import (
	"context"
	"slices"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Stage is one kind of resource: how its leftovers are listed and how they are removed. A stage
// is done when its list is empty; that a removal says "not found" proves nothing.
type Stage struct {
	Name string
	gate bool // what comes after it builds on its being done

	looks   []step.Operation // what list calls
	changes []step.Operation // what prepare and remove call

	// prepare runs before the first look of a removal, also where there is nothing to remove.
	prepare func(context.Context, cloud, extent) error
	list    func(context.Context, cloud, extent) ([]inventory.Resource, error)
	// remove is given what is listed and not leaving by itself.
	remove func(context.Context, cloud, extent, []inventory.Resource) error
}

// Order is how an environment is torn down: what starts or holds something goes before it. A
// schedule would begin another teardown, a refresh blocks the group, the group uses the load
// balancer's target group, the alarms and the template, the domain's record leads to the load
// balancer, and the template uses the images.
var Order = []Stage{schedules, refresh, group, alias, loadBalancer, alarms, template, images, builders}

// Stages lists the names of Order, which the teardown's states carry.
func Stages() []string {
	names := make([]string, len(Order))
	for i, stage := range Order {
		names[i] = stage.Name
	}
	return names
}

// undoOrder is how one release is undone while the former one serves: nothing is removed that an
// instance is still launched from before the group is back.
var undoOrder = []Stage{builders, rollback, bounds, images, versions, schedules}

// extent is what a sweep covers.
type extent struct {
	release  string // only what belongs to this release, or "" for the whole environment
	promoted bool   // it serves, so that what belongs to others is meant, as far as it is outdated
	images   inventory.Selection
	current  release.Current
}

// undoing returns how a release is undone. One that serves stays, and what it did not come to
// retire goes. When nothing serves the release was the first, and all there is was made for it,
// except for the image that the last teardown kept. What the recorded state needs stays in any
// case.
func undoing(name string, current release.Current) ([]Stage, extent) {
	switch {
	case current.Serving && current.Release == name:
		return []Stage{builders, images, versions, schedules}, extent{
			release: name, promoted: true, current: current,
			images: inventory.Selection{Except: []string{current.Image, current.FormerImage}},
		}
	case current.Serving:
		return undoOrder, extent{
			release: name, current: current,
			images: inventory.Selection{Release: name, Except: []string{current.Image, current.FormerImage}},
		}
	}
	return Order, extent{current: current, images: inventory.Selection{Except: []string{current.Image}}}
}

// tearingDown returns the extent of a teardown of the environment.
func tearingDown(plan release.Teardown, current release.Current) extent {
	over := extent{current: current}
	if plan.Images != release.DeleteImages {
		over.images.Except = []string{current.Image}
	}
	return over
}

// looking lists the operations that only look, of all stages.
func looking(stages ...Stage) []step.Operation {
	operations := []step.Operation{{Name: "dynamodb:GetItem", Scope: step.StackTable}}
	for _, stage := range stages {
		operations = append(operations, stage.looks...)
	}
	return distinct(operations)
}

// removing lists all operations of all stages.
func removing(stages ...Stage) []step.Operation {
	operations := looking(stages...)
	for _, stage := range stages {
		operations = append(operations, stage.changes...)
	}
	return distinct(operations)
}

func distinct(operations []step.Operation) []step.Operation {
	seen := map[string]bool{}
	return slices.DeleteFunc(operations, func(operation step.Operation) bool {
		repeated := seen[operation.Name]
		seen[operation.Name] = true
		return repeated
	})
}

func looks(names ...string) []step.Operation {
	operations := make([]step.Operation, 0, len(names))
	for _, name := range names {
		operations = append(operations, step.Unbound(name))
	}
	return operations
}
