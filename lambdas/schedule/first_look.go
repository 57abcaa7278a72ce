package schedule

import (
	"context"
	"time"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// firstLook schedules the teardown of a release that nobody visits at all. The alarm sees only visits
// that end.
func (s scheduleTeardown) firstLook(ctx context.Context, plan release.Plan) error {
	after := s.settings.SleepAfter
	if after == 0 {
		return nil
	}
	at := time.Now().UTC().Add(s.settings.Requested(int(after.Seconds()))).Add(time.Second).Truncate(time.Second)
	request, _, err := s.once(inventory.SleepSchedule(s.settings.Environment, plan.Release), "Tears down release "+plan.Release+" if nobody has visited it", at,
		release.TeardownRequest{OnlyIfServing: plan.Release, OnlyIfUnvisited: true})
	if err != nil {
		return err
	}
	_, err = s.api.CreateSchedule(ctx, request)
	if release.IsAlreadyExists(err) {
		return nil
	}
	return err
}
