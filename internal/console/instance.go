package console

import (
	"context"
	"io"
	"net/http"
)

func (c *Console) onInstance(do func(context.Context, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var wanted struct{}
		if !read(w, r, &wanted) {
			return
		}
		if err := do(r.Context(), r.PathValue("id")); err != nil {
			c.refuse(w, err)
			return
		}
		c.feed.look()
		answer(w, http.StatusOK, struct{}{})
	}
}

func (c *Console) logsOf(w http.ResponseWriter, r *http.Request) {
	instances, err := c.Cloud.LogsOf(r.Context(), r.PathValue("name"))
	if err != nil {
		c.refuse(w, err)
		return
	}
	answer(w, http.StatusOK, struct {
		Instances []string `json:"instances"`
	}{append([]string{}, instances...)})
}

// shownLog is the size of the log's end that is shown.
const shownLog = 64 << 10

func (c *Console) log(w http.ResponseWriter, r *http.Request) {
	file, err := c.Cloud.Log(r.Context(), r.PathValue("id"))
	if err != nil {
		c.refuse(w, err)
		return
	}
	defer file.Close()
	end, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(max(0, end-shownLog), io.SeekStart)
	}
	if err != nil {
		c.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, file) // the client may have hung up
}
