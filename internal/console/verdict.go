package console

import (
	"net/http"
	"slices"

	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// atConsole names who acts here: a session has no name.
const atConsole = "somebody at the console"

// decide sends a person's verdict on a release, as the command line does.
func (c *Console) decide(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Verdict release.Answer `json:"verdict"`
	}
	if !read(w, r, &wanted) {
		return
	}
	if !slices.Contains(release.Answers(), wanted.Verdict) {
		control.Refuse(w, release.Errorf(release.InvalidRequest, "the verdict is %q: give promote or rollback", wanted.Verdict))
		return
	}
	decision := execution.Decision{Machine: c.ReleaseMachine, Release: r.PathValue("name"), Answer: wanted.Verdict, By: atConsole}
	if _, err := decision.Decide(r.Context(), c.Executions, c.Events); err != nil {
		c.refuse(w, err)
		return
	}
	c.feed.look()
	answer(w, http.StatusOK, struct{}{})
}
