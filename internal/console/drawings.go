package console

import (
	"encoding/json"
	"net/http"

	"photogallery/internal/drawing"
	"photogallery/internal/local/control"
)

// drawing answers with the positions of a state machine's states and transitions.
func (c *Console) drawing(w http.ResponseWriter, r *http.Request) {
	of := kind(r.PathValue("kind"))
	if _, err := c.machine(of); err != nil {
		control.Refuse(w, err)
		return
	}
	answer(w, http.StatusOK, json.RawMessage(map[kind][]byte{releases: drawing.Release, teardowns: drawing.Teardown}[of]))
}
