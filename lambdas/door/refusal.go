package door

import (
	"context"
	"strings"
	"time"

	"photogallery/internal/cron"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
)

// refusal is why visitors may not wake the gallery, or "" if they may.
type refusal string

const (
	overLimit  refusal = "limit"
	overBudget refusal = "budget"
	atNight    refusal = "night"
)

// refuses returns why visitors may not wake the gallery at a time, and until when.
func (d *door) refuses(ctx context.Context, past records.Waking, now time.Time) (refusal, time.Time, error) {
	if d.settings.Budget > 0 {
		spending, err := records.ReadSpending(ctx, d.table, d.settings.Table)
		if err != nil {
			return "", time.Time{}, err
		}
		if spending.IsUsedUp(d.settings.Budget, now) {
			return overBudget, spending.Ends(), nil
		}
	}
	if until := morning(d.settings.Night, now); !until.IsZero() {
		return atNight, until, nil
	}
	if past.Day == day(now) && past.Count >= d.settings.WakeLimit {
		return overLimit, now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), nil
	}
	return "", time.Time{}, nil
}

// morning returns the end of the night, or the zero time by day. At night the release comes before the
// next teardown. Only times of day make a night.
func morning(night step.Night, now time.Time) time.Time {
	zone, err := time.LoadLocation(night.TimeZone)
	if err != nil || !strings.HasPrefix(night.Teardown, "cron") || !strings.HasPrefix(night.Release, "cron") {
		return time.Time{}
	}
	teardown, err := cron.Parse(night.Teardown, zone, now)
	if err != nil {
		return time.Time{}
	}
	release, err := cron.Parse(night.Release, zone, now)
	if err != nil {
		return time.Time{}
	}
	ends, begins := release.Next(now), teardown.Next(now)
	if ends.IsZero() || !begins.IsZero() && begins.Before(ends) {
		return time.Time{}
	}
	return ends
}
