package sweep

import (
	"context"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/scaling"
)

const actionKind = "scheduled action"

// sizes restores the scheduled actions of the serving release, before its bounds: what begins in
// between is in force then. A record without bounds restores nothing. No other stage removes
// scheduled actions: they are part of their group and go with it.
var sizes = Stage{
	Name:    "sizes",
	looks:   looks("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScheduledActions"),
	changes: scaling.ScheduleOperations,
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		group, err := fleet.Group(ctx, c.groups, c.serving(over))
		if err != nil || group == nil || fleet.IsDeleting(group) || over.current.MaxSize == 0 {
			return nil, err
		}
		names, err := scaling.Unscheduled(ctx, c.groups, c.serving(over), over.current.Timetable, over.current.Usual())
		var found []inventory.Resource
		for _, name := range names {
			found = append(found, inventory.Resource{Kind: actionKind, ID: name, Name: "is not as release " + over.current.Release + " needs it"})
		}
		return found, err
	},
	remove: func(ctx context.Context, c cloud, over extent, _ []inventory.Resource) error {
		return scaling.Schedule(ctx, c.groups, c.serving(over), over.current.Timetable, over.current.Usual())
	},
}
