package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

const photosPerPage = 48

type indexPage struct {
	Photos        []photo
	Number, Pages int
	Newer, Older  int  // page numbers, or 0 for none
	Added         int  // photos of the upload that led here
	Stale         bool // the storage has not answered for a while
}

// index is also the health check. It answers from memory, with the former list while the storage
// does not answer. Only an instance that could never read its storage answers 503.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
		s.catalog.outdateUnless(query.Get("show"), true)
		s.catalog.outdateUnless(query.Get("gone"), false)
	}
	state := s.catalog.get(r.Context())
	if state.list == nil {
		s.fail(w, r, problem(state.err))
		return
	}
	number, last := 1, max(1, (len(state.list.ids)+photosPerPage-1)/photosPerPage)
	if value := query.Get("page"); value != "" {
		var err error
		if number, err = strconv.Atoi(value); err != nil || number < 1 || number > last {
			s.fail(w, r, &Error{NotFound, fmt.Sprintf("There is no page %q: pages count from 1 to %d.", brief(value), last), err})
			return
		}
	}
	data := indexPage{Number: number, Pages: last, Newer: number - 1, Stale: state.stale}
	if number < last {
		data.Older = number + 1
	}
	if added, err := strconv.Atoi(query.Get("added")); err == nil && added > 0 {
		data.Added = min(added, s.config.MaxFiles)
		data.Photos = state.list.page(number)
		s.show(w, r, http.StatusOK, "index", data)
		return
	}
	signedIn := s.signedIn(r)
	s.pages.get(pageKey{number, signedIn, state.stale}, state.list.version, func() []byte {
		data.Photos = state.list.page(number)
		return s.render("index", signedIn, http.StatusOK, data)
	}).serve(w, r, "private, no-cache")
}

func (l *listing) page(number int) []photo {
	var photos []photo
	first := (number - 1) * photosPerPage
	for _, id := range l.ids[first:min(first+photosPerPage, len(l.ids))] {
		photos = append(photos, l.photo(id))
	}
	return photos
}
