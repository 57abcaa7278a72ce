package console

import (
	"net/http"
	"time"

	"photogallery/internal/local/control"
	"photogallery/release"
)

// pulse is the interval of a stream's keep-alive messages, so that a page notices a dead one.
const pulse = 5 * time.Second

// live streams messages until the browser leaves or the console is closed.
func (c *Console) live(w http.ResponseWriter, r *http.Request) {
	if c.closing.Err() != nil {
		control.Refuse(w, release.Errorf(release.NothingUp, "the console is ending: start it again"))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	messages := c.feed.subscribe()
	defer c.feed.leave(messages)
	stream := http.NewResponseController(w)
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	for {
		text := []byte("event: pulse\ndata: {}\n\n")
		select {
		case <-r.Context().Done():
			return
		case <-c.closing.Done():
			return
		case next, more := <-messages:
			if !more {
				return
			}
			text = next
		case <-beat.C:
		}
		_, err := w.Write(text)
		if err != nil || stream.Flush() != nil {
			return
		}
	}
}
