package app

import (
	"net/http"
	"slices"
	"strconv"
)

// uploadResult is the result of a request's files; it is also the JSON answer.
type uploadResult struct {
	Stored  []stored  `json:"stored"`
	Refused []refusal `json:"refused"`
}

// stored is a file that is in the gallery now.
type stored struct {
	File  string `json:"file"`
	ID    string `json:"id"`
	View  string `json:"view"`
	Title string `json:"title,omitempty"`
	// Duplicate is set if the photo was there before, which the note says.
	Duplicate bool `json:"duplicate,omitempty"`
	// Note says what of the file the photo does not show, if there is something.
	Note string `json:"note,omitempty"`
}

// New returns how many photos the upload added.
func (u uploadResult) New() (count int) {
	for _, one := range u.Stored {
		if !one.Duplicate {
			count++
		}
	}
	return count
}

type refusal struct {
	File    string `json:"file,omitempty"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

func (u *uploadResult) refuse(file string, err error) {
	known := problem(err)
	u.Refused = append(u.Refused, refusal{file, known.Code, known.Message})
}

// status returns 201 if all was stored, 200 if it was there before, that of the first refusal if
// nothing was stored, or else 422.
func (u *uploadResult) status() int {
	switch {
	case len(u.Refused) == 0 && u.New() == 0:
		return http.StatusOK
	case len(u.Refused) == 0:
		return http.StatusCreated
	case len(u.Stored) == 0:
		return (&Error{Code: u.Refused[0].Code}).status()
	}
	return http.StatusUnprocessableEntity
}

func (s *Server) answerUpload(w http.ResponseWriter, r *http.Request, result *uploadResult) {
	switch {
	case wantsJSON(r):
		s.answerJSON(w, result.status(), result)
	case len(result.Refused) == 0 && !slices.ContainsFunc(result.Stored, func(s stored) bool { return s.Note != "" }):
		newest := result.Stored[len(result.Stored)-1].ID
		http.Redirect(w, r, "/?added="+strconv.Itoa(len(result.Stored))+"&show="+newest, http.StatusSeeOther)
	default:
		s.show(w, r, result.status(), "upload", *result)
	}
}
