package app

import (
	"net/http"
	"time"

	"gocloud.dev/gcerrors"
)

// health is the answer of /healthz. Status is ok, draining, or failing if the storage cannot be
// read.
type health struct {
	Status        string `json:"status"`
	Instance      string `json:"instance"`
	Zone          string `json:"zone"`
	Release       string `json:"release"`
	UptimeSeconds int64  `json:"uptimeSeconds"`
	Storage       struct {
		Status string `json:"status"` // ok, failing or stalled
		// Error is the kind of failure. Its text may contain private names.
		Error      string    `json:"error,omitempty"`
		Photos     int       `json:"photos"`
		ListedAt   time.Time `json:"listedAt,omitzero"`
		ListMillis int64     `json:"listMillis"`
	} `json:"storage"`
}

func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	state := s.catalog.get(r.Context())
	answer := health{Status: "ok", Instance: s.config.Instance, Zone: s.config.Zone, Release: s.config.Release}
	answer.UptimeSeconds = int64(time.Since(s.started).Seconds())
	storage := &answer.Storage
	storage.Status, storage.ListedAt, storage.ListMillis = "ok", state.asOf, state.took.Milliseconds()
	if state.list != nil {
		storage.Photos = len(state.list.ids)
	}
	if s.draining.Load() {
		answer.Status = "draining"
	}
	switch {
	case state.err != nil:
		answer.Status, storage.Status, storage.Error = "failing", "failing", gcerrors.Code(state.err).String()
	case state.list == nil || state.stale:
		answer.Status, storage.Status = "failing", "stalled"
	}
	status := http.StatusOK
	if answer.Status != "ok" {
		status = http.StatusServiceUnavailable
	}
	s.answerJSON(w, status, answer)
}
