package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/scaling"
	"photogallery/release"
)

// sleepUntil waits for a time of the first day, on which virtual time begins.
func sleepUntil(hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, 1, 1, hour, minute, 0, 0, time.UTC)))
}

// checkSizes requires that the fleet that serves has the bounds of this hour and the scheduled
// actions of its release, unless a run reports what differs.
func (env *environment) checkSizes(when string, excused excuse) {
	recorded, reported := env.recorded(), env.reported()
	if !recorded.Serving || excused.serving || strings.Contains(reported, "scheduled action") || strings.Contains(reported, "instances instead of") {
		return
	}
	name := env.Settings.Environment.Group(recorded.Serves())
	group, err := fleet.Group(env.ctx, env.Clients.AutoScaling, name)
	if err != nil || group == nil || fleet.IsDeleting(group) {
		return // other checks miss it
	}
	if differ, err := scaling.Unscheduled(env.ctx, env.Clients.AutoScaling, name, recorded.Timetable, recorded.Usual()); err != nil || len(differ) > 0 {
		env.violate(fmt.Sprintf("%s the scheduled actions %v are not those of %s (%v)", when, differ, recorded.Release, err))
	}
	bounds := release.Bounds{MinSize: int(aws.ToInt32(group.MinSize)), MaxSize: int(aws.ToInt32(group.MaxSize))}
	if want := recorded.Bounds(time.Now()); bounds != want {
		env.violate(fmt.Sprintf("%s the group is from %d to %d, not from %d to %d", when, bounds.MinSize, bounds.MaxSize, want.MinSize, want.MaxSize))
	}
}
