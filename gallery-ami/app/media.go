package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

var noSuchPhoto = &Error{Code: NotFound, Message: "There is no such photo; it may have been deleted, or the link is incomplete."}

func (s *Server) servePhoto(w http.ResponseWriter, r *http.Request) {
	id, _, _ := strings.Cut(r.PathValue("file"), ".")
	p, ok := parsePhoto(id)
	if !ok || photosFolder+r.PathValue("file") != p.photoKey() {
		s.fail(w, r, noSuchPhoto)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), writeTimeout)
	defer cancel()
	content, err := s.store.open(ctx, p.photoKey())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer func() { _ = content.Close() }() // it was only read
	setMediaHeaders(w, p.contentType(), p.ID)
	defer cork(r)()
	http.ServeContent(w, r, "", p.Added, content)
}

func (s *Server) serveThumb(w http.ResponseWriter, r *http.Request) {
	id, isJPEG := strings.CutSuffix(r.PathValue("file"), ".jpg")
	content, err := s.thumbnail(r.Context(), id)
	if err != nil || !isJPEG {
		s.fail(w, r, cmp.Or(err, error(noSuchPhoto)))
		return
	}
	setMediaHeaders(w, "image/jpeg", id)
	if r.Header.Get("Range") != "" || r.Header.Get("If-None-Match") != "" {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		return
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(content))}
	_, _ = w.Write(content) // in one piece; fails only when the visitor has left
}

// thumbnail takes from memory only what is still listed, so that a photo that
// another instance deleted goes away here too.
func (s *Server) thumbnail(ctx context.Context, id string) ([]byte, error) {
	if list := s.catalog.get(ctx).list; list != nil {
		if _, listed := list.position(id); listed {
			if kept := s.thumbs.get(id); kept != nil {
				return kept, nil
			}
		}
	}
	p, ok := parsePhoto(id)
	if !ok {
		return nil, noSuchPhoto
	}
	reader, err := s.store.open(ctx, p.thumbKey())
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(reader)
	if err = errors.Join(err, reader.Close()); err != nil {
		return nil, problem(err)
	}
	s.thumbs.put(id, content)
	return content, nil
}

// setMediaHeaders may promise that an address never changes its content,
// because an id is used once.
func setMediaHeaders(w http.ResponseWriter, contentType, id string) {
	header := w.Header()
	header["Content-Type"] = []string{contentType}
	header["Cache-Control"] = []string{immutable}
	header["Etag"] = []string{`"` + id + `"`}
}
