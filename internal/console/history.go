package console

import (
	"context"
	"net/http"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

// rollback releases a former release again, as the command line does.
func (c *Console) rollback(w http.ResponseWriter, r *http.Request) {
	var wanted struct{}
	if !read(w, r, &wanted) {
		return
	}
	wish := environment.Wish{Release: r.PathValue("name"), By: atConsole}
	decision := execution.Decision{Machine: c.ReleaseMachine, Release: wish.Release, Answer: release.Rollback, By: wish.By}
	done, err := decision.Revert(r.Context(), c.Executions, c.Events, c.Executions, func(ctx context.Context) (string, error) {
		history, err := c.Cloud.History(ctx)
		if err != nil {
			return "", err
		}
		_, input, err := wish.Find(history)
		return input, err
	})
	if err != nil {
		c.refuse(w, err)
		return
	}
	c.feed.look()
	answer(w, http.StatusCreated, begun{releases, release.NameOf(done.Execution)})
}
