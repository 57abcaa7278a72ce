// Package sweep removes what an environment, or one release of it, has made. It finds resources by
// tag and name in the answers of each service, never by remembered state.
package sweep

import (
	"context"
	"slices"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Stage is one kind of resource, with the ways to list and remove its leftovers. A stage is done
// when its list is empty. A "not found" from a removal proves nothing.
type Stage struct {
	Name string
	gate bool // later stages need it to be done
	free bool // it needs no earlier stage to be done

	looks   []step.Operation // the calls of list
	changes []step.Operation // the calls of prepare and remove

	// prepare runs before the first list of a removal, even if there is nothing to remove.
	prepare func(context.Context, cloud, extent) error
	list    func(context.Context, cloud, extent) ([]inventory.Resource, error)
	// remove receives the listed resources that do not leave by themselves.
	remove func(context.Context, cloud, extent, []inventory.Resource) error
}

// Order is the order of a teardown: users go before what they use. A schedule would start another
// teardown, a refresh blocks the group, the domain's record leads visitors to the fleet, the group uses the
// load balancer's target group, the alarms and the template, and the template uses the images.
var Order = []Stage{schedules, refresh, alias, group, loadBalancer, alarms, template, images, builders}

// Stages lists the names in Order, which are in the teardown's states.
func Stages() []string {
	names := make([]string, len(Order))
	for i, stage := range Order {
		names[i] = stage.Name
	}
	return names
}

// undoOrder is the order in which one release is undone while the former one serves. Visitors come
// first. If they cannot be led back, what they do not depend on goes all the same. Nothing that
// launches instances is removed before the group is back and a second one gone.
var undoOrder = []Stage{traffic, free(builders), free(rollback), sizes, bounds, idleFleet, forward, idleAlarms, images, versions, free(schedules)}

// retireOrder removes the fleet from which a release took over.
var retireOrder = []Stage{traffic, idleFleet, forward, idleAlarms}

// free returns a stage that needs no earlier one to be done.
func free(stage Stage) Stage {
	stage.free = true
	return stage
}

// extent says what a sweep covers.
type extent struct {
	release  string // only what belongs to this release, or "" for the whole environment
	undone   string // the release of an undo that did not serve, or ""
	promoted bool   // the release serves, so that only outdated resources of others are removed
	images   inventory.Selection
	current  release.Current
}

// undoing returns the extent of an undo. A release that serves stays; what it did not retire is
// removed. If nothing serves, the release was the first, and everything was made for it except the
// image that the last teardown kept. What the recorded state needs always stays.
func undoing(name string, current release.Current) ([]Stage, extent) {
	switch {
	case current.Serving && current.Release == name:
		return slices.Concat(retireOrder, []Stage{free(builders), images, versions, free(schedules)}), extent{
			release: name, promoted: true, current: current,
			images: inventory.Selection{Except: []string{current.Image, current.FormerImage}},
		}
	case current.Serving:
		return undoOrder, extent{
			release: name, undone: name, current: current,
			images: inventory.Selection{Release: name, Except: []string{current.Image, current.FormerImage}},
		}
	}
	return Order, extent{undone: name, current: current, images: inventory.Selection{Except: []string{current.Image}}}
}

// tearingDown returns the extent of a teardown of the environment.
func tearingDown(plan release.Teardown, current release.Current) extent {
	over := extent{current: current}
	if plan.Images != release.DeleteImages {
		over.images.Except = []string{current.Image}
	}
	return over
}

// looking lists the read operations of all stages.
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
