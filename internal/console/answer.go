package console

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"photogallery/internal/local/control"
	"photogallery/release"
)

// maxRequest has room for the largest input of Step Functions in JSON.
const maxRequest = 1 << 20

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The client may have hung up.
	_ = json.NewEncoder(w).Encode(body)
}

// read decodes the body of a request into what. If it cannot it answers the request.
func read(w http.ResponseWriter, r *http.Request, what any) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		control.Refuse(w, release.Errorf(release.InvalidRequest, "the content type is %q: send application/json", r.Header.Get("Content-Type")))
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = release.Errorf(release.InvalidRequest, "the request has more than %d bytes: leave something out", maxRequest)
	case err == nil:
		if err = json.Unmarshal(body, what); err != nil {
			err = release.Errorf(release.InvalidRequest, "the request is not readable: %w; reload the page", err)
		}
	}
	if err != nil {
		control.Refuse(w, err)
	}
	return err == nil
}
