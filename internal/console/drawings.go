package console

import (
	"embed"
	"encoding/json"
	"net/http"

	"photogallery/internal/local/control"
)

//go:embed standin
var standin embed.FS

// drawing answers with where the states and transitions of a state machine are drawn.
func (c *Console) drawing(w http.ResponseWriter, r *http.Request) {
	of := kind(r.PathValue("kind"))
	if _, err := c.machine(of); err != nil {
		control.Refuse(w, err)
		return
	}
	text, _ := standin.ReadFile("standin/" + string(of) + ".json")
	answer(w, http.StatusOK, json.RawMessage(text))
}
