package app

import (
	"context"
	"net/http"
)

type viewPage struct {
	Photo        photo
	Newer, Older string // ids, or empty at the ends
	Number       int    // counted from the newest, from 1
	Total        int
	IndexPage    int
}

func (s *Server) view(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.catalog.outdateUnless(id, true)
	state := s.catalog.get(r.Context())
	if state.list == nil {
		s.fail(w, r, problem(state.err))
		return
	}
	ids := state.list.ids
	at, found := state.list.position(id)
	if !found {
		s.notFound(w, r)
		return
	}
	data := viewPage{Photo: state.list.photo(id), Number: at + 1, Total: len(ids), IndexPage: at/photosPerPage + 1}
	if at > 0 {
		data.Newer = ids[at-1]
	}
	if at+1 < len(ids) {
		data.Older = ids[at+1]
	}
	s.show(w, r, http.StatusOK, "view", data)
}

// delete removes a photo. Deleting it twice succeeds.
func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	if err := s.authorize(r); err != nil {
		s.fail(w, r, err)
		return
	}
	p, ok := parsePhoto(r.PathValue("id"))
	if !ok {
		s.notFound(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), writeTimeout)
	defer cancel()
	if err := s.removePhoto(ctx, p.ID); err != nil {
		s.fail(w, r, err)
		return
	}
	s.catalog.outdate()
	s.log.Info("photo deleted", "photo", p.ID, "client", client(r))
	if wantsJSON(r) {
		s.answerJSON(w, http.StatusOK, map[string]string{"deleted": p.ID})
		return
	}
	http.Redirect(w, r, "/?gone="+p.ID, http.StatusSeeOther)
}

// removePhoto looks for the title in the storage: another instance may have stored it just now.
func (s *Server) removePhoto(ctx context.Context, id string) error {
	found, err := s.store.listed(ctx, id)
	if err != nil {
		return storageError(err)
	}
	return s.store.remove(ctx, found.photo(id))
}
