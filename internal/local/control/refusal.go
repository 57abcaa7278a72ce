package control

import (
	"encoding/json"
	"errors"
	"net/http"

	"photogallery/release"
)

// Refusal is the body of an error.
type Refusal struct {
	Code     release.Code `json:"code"`
	Message  string       `json:"message"`
	Problems []Problem    `json:"problems,omitempty"` // of a refused request
}

// Problem is one error in a request.
type Problem struct {
	Field   string `json:"field"` // "" for the request as a whole
	Message string `json:"message"`
}

// RefusalOf returns the body for an error.
func RefusalOf(err error) Refusal {
	failure := release.Classify(err)
	refusal := Refusal{Code: failure.Code, Message: failure.Message}
	var problems release.Problems
	if errors.As(err, &problems) {
		for _, problem := range problems {
			refusal.Problems = append(refusal.Problems, Problem(problem))
		}
	}
	return refusal
}

// Refuse answers with an error.
func Refuse(w http.ResponseWriter, err error) {
	refusal := RefusalOf(err)
	status := http.StatusBadRequest
	switch refusal.Code {
	case release.NotFound:
		status = http.StatusNotFound
	case release.AccessDenied:
		status = http.StatusForbidden
	case release.Unexpected:
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may have hung up.
	_ = json.NewEncoder(w).Encode(refusal)
}
