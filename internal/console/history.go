package console

import (
	"context"
	"net/http"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// rollback releases a former release again, as the command line does.
func (c *Console) rollback(w http.ResponseWriter, r *http.Request) {
	var wanted struct{}
	if !read(w, r, &wanted) {
		return
	}
	wish := environment.Wish{Release: r.PathValue("name"), By: atConsole}
	decision := execution.Decision{Machine: c.cloud.Status().ReleaseMachine, Release: wish.Release, Answer: release.Rollback, By: wish.By}
	done, err := decision.Revert(r.Context(), c.executions, c.events, c.executions, func(ctx context.Context) (string, error) {
		history, err := c.cloud.History(ctx)
		if err != nil {
			return "", err
		}
		_, input, err := wish.Find(history)
		return input, err
	})
	if err != nil {
		control.Refuse(w, err)
		return
	}
	c.feed.look()
	answer(w, http.StatusCreated, begun{releases, release.NameOf(done.Execution)})
}
