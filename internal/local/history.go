package local

import (
	"context"
	"time"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// restoreHistory restores the history of a former cloud on this folder. What was under way when that
// ended was cut off.
func (l *Local) restoreHistory(ctx context.Context, former kept) error {
	return records.ChangeHistory(ctx, l.stack.Clients.DynamoDB, l.stack.Settings.Table, func(release.History) release.History {
		for _, entry := range former.History {
			if !entry.Ended.IsZero() {
				continue
			}
			entry.Ended, entry.End, entry.Reason = time.Now().UTC(), release.Aborted, "The local cloud ended."
			if former.Current.Serving && former.Current.Release == entry.Name && entry.Kind == release.ReleaseEntry {
				entry.Served, entry.Image = true, former.Current.Image
			}
			former.History = former.History.Close(entry)
		}
		return former.History
	})
}
