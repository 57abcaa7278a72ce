package app

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveMedia answers with a photo or a thumbnail. Memory is used only for photos that are still
// listed, so that a photo that another instance deleted disappears here, too.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Path[1:]
	id, _, _ := strings.Cut(r.PathValue("file"), ".")
	if list := s.catalog.get(r.Context()).list; list != nil && list.has(id) {
		if kept := s.memory.take(key); kept != nil {
			s.sendKept(w, r, id, kept)
			return
		}
	}
	if p, ok := parsePhoto(id); !ok || key != p.photoKey() && key != p.thumbKey() {
		s.fail(w, r, &Error{Code: NotFound, Message: "There is no such photo; it may have been deleted, or the link is incomplete."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), writeTimeout)
	defer cancel()
	object, err := s.store.open(ctx, key)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer func() { _ = object.Close() }() // it was only read
	kept, err := s.memory.fill(key, object)
	switch {
	case err != nil:
		s.fail(w, r, storageError(err))
	case kept != nil:
		s.sendKept(w, r, id, kept)
	default:
		setMediaHeaders(w, r, id)
		http.ServeContent(w, r, "", time.Time{}, object)
	}
}

func (s *Server) sendKept(w http.ResponseWriter, r *http.Request, id string, kept *kept) {
	defer s.memory.done(kept)
	setMediaHeaders(w, r, id)
	if r.Method == http.MethodHead || r.Header.Get("Range") != "" || r.Header.Get("If-None-Match") != "" {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(kept.content))
		return
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(kept.content))}
	_, _ = w.Write(kept.content) // in one piece; fails only if the visitor has left
}

// setMediaHeaders may promise that the content of an address never changes, because an id is used
// once.
func setMediaHeaders(w http.ResponseWriter, r *http.Request, id string) {
	header := w.Header()
	delete(header, "Cross-Origin-Opener-Policy") // not needed for pictures, and a ninth header makes the map grow
	header["Content-Type"] = []string{contentType(r.URL.Path)}
	header["Cache-Control"] = []string{immutable}
	header["Etag"] = []string{`"` + id + `"`}
}
