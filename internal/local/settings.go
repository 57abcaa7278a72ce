package local

import (
	"context"
	"encoding/json"
	"net/http"

	"photogallery/internal/environment"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// configurer keeps settings and secrets as the data folder's files, as a stack keeps them in its bucket.
func (l *Local) configurer() environment.Configurer {
	return environment.Configurer{
		Reader: environment.Reader{Clients: l.stack.Clients, Environment: Environment, Table: l.stack.Settings.Table},
		Bucket: l.stack.Settings.Bucket,
	}
}

func (l *Local) configure(r *http.Request) (any, error) {
	var change environment.SettingsChange
	if err := json.NewDecoder(r.Body).Decode(&change); err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the change of settings is unreadable: send it as `gallery config` does")
	}
	return l.configurer().Configure(r.Context(), change)
}

// restoreSettings restores the record of settings. Their objects are files, which have stayed.
func (l *Local) restoreSettings(ctx context.Context, former records.Settings) error {
	if len(former.Known) == 0 && len(former.Retiring) == 0 {
		return nil
	}
	return records.WriteSettings(ctx, l.stack.Clients.DynamoDB, l.stack.Settings.Table, former)
}
