package sweep

import (
	"context"
	"slices"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
)

// schedules removes the ttl schedules of releases. Nightly ones belong to the stack.
var schedules = Stage{
	Name:    "schedules",
	looks:   looks("scheduler:ListSchedules"),
	changes: []step.Operation{{Name: "scheduler:DeleteSchedule", Scope: step.ScheduleGroup}},
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		found, err := inventory.TTLSchedules(ctx, c.schedules, c.settings.Environment)
		if over.release == "" {
			return found, err
		}
		return slices.DeleteFunc(found, func(schedule inventory.Resource) bool {
			return inventory.IsOf(c.settings.Environment, schedule, over.release) == over.promoted
		}), err
	},
	remove: func(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
		return inventory.RemoveSchedules(ctx, c.schedules, c.settings.Environment, found)
	},
}
