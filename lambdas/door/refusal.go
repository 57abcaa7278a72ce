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

// morning returns the end of the night, or the zero time by day. Night is from a teardown to the next
// release. Only times of day make a night.
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
	if err != nil || !last(teardown, now).After(last(release, now)) {
		return time.Time{}
	}
	return release.Next(now)
}

// last returns when a schedule was due last, or the zero time if that is longer ago than two weeks.
func last(of cron.Schedule, now time.Time) (was time.Time) {
	for at := of.Next(now.AddDate(0, 0, -14)); !at.IsZero() && !at.After(now); at = of.Next(at) {
		was = at
	}
	return was
}
