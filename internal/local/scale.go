package local

import (
	"encoding/json"
	"net/http"

	"photogallery/internal/environment"
	"photogallery/release"
)

func (l *Local) scale(r *http.Request) (any, error) {
	var sizes environment.Sizes
	if err := json.NewDecoder(r.Body).Decode(&sizes); err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the sizes are unreadable: send them as `gallery scale` does")
	}
	reader := environment.Reader{Clients: l.stack.Clients, Environment: Environment, Table: l.stack.Settings.Table}
	return environment.Scaler{Reader: reader, ReleaseMachine: l.stack.Settings.ReleaseMachine}.Scale(r.Context(), sizes)
}
