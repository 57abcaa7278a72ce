package control

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/release"
)

func TestClientBelievesOnlyTheHolderOfTheKey(t *testing.T) {
	const key = "a key"
	answers := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	proof := func(of func(*http.Request) string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(proofHeader, of(r))
			answers(w, r)
		})
	}
	first := ""
	for name, test := range map[string]struct {
		server   http.Handler
		believed bool
	}{
		"the cloud":                 {Lock(key, answers), true},
		"a cloud with another key":  {Lock("another key", answers), false},
		"a server without a proof":  {answers, false},
		"a proof with another key":  {proof(func(r *http.Request) string { return proofOf("another key", r.Header.Get(nonceHeader)) }), false},
		"the proof of another call": {proof(func(*http.Request) string { return proofOf(key, "former") }), false},
		"the request's own number":  {proof(func(r *http.Request) string { return r.Header.Get(nonceHeader) }), false},
		"a number used before": {proof(func(r *http.Request) string {
			if first == "" {
				first = r.Header.Get(nonceHeader)
				return ""
			}
			return proofOf(key, first)
		}), false},
	} {
		server := httptest.NewServer(test.server)
		at := Endpoint{API: server.URL, Key: key}
		_, statusErr := NewClient(at).Status(t.Context())
		_, stepsErr := at.StepFunctions().ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
		for _, err := range []error{statusErr, stepsErr} {
			if test.believed != (err == nil) || err != nil && (release.CodeOf(err) != release.NothingUp || !strings.Contains(err.Error(), "gallery up")) {
				t.Errorf("%s: %v", name, err)
			}
		}
		server.Close()
	}
}

func TestLockProvesNothingToOthers(t *testing.T) {
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+Prefix+"status", http.NoBody)
	request.Header.Set(nonceHeader, "chosen")
	answer := httptest.NewRecorder()
	Lock("a key", http.NotFoundHandler()).ServeHTTP(answer, request)
	if said := answer.Header().Get(proofHeader); said != "" {
		t.Errorf("an unsigned request is answered with the proof %s", said)
	}
}
