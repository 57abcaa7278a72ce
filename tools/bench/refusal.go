//go:build linux

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/aws/smithy-go/encoding/cbor"
)

// refusal is an AWS that refuses every call at once, so that a function makes its first call and
// answers. It records the calls.
type refusal struct {
	*httptest.Server

	mu    sync.Mutex
	calls []string
}

func newRefusal() *refusal {
	r := &refusal{}
	r.Server = httptest.NewServer(http.HandlerFunc(r.refuse))
	return r
}

func (r *refusal) refuse(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.calls = append(r.calls, requested(request, body))
	r.mu.Unlock()
	kind, answer := refusalFor(request)
	w.Header().Set("Content-Type", kind)
	if protocol := request.Header.Get("Smithy-Protocol"); protocol != "" {
		w.Header().Set("Smithy-Protocol", protocol)
	}
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, answer) // the client may be gone
}

// refusalFor returns a refusal in the protocol of the request.
// https://smithy.io/2.0/aws/protocols/index.html
func refusalFor(request *http.Request) (kind, answer string) {
	const name, message = "AccessDeniedException", "not here"
	switch given := request.Header.Get("Content-Type"); {
	case strings.HasPrefix(given, "application/cbor"):
		return given, string(cbor.Encode(cbor.Map{"__type": cbor.String(name), "message": cbor.String(message)}))
	case strings.Contains(given, "json"):
		return given, `{"__type":"` + name + `","message":"` + message + `"}`
	case strings.Contains(request.Header.Get("Authorization"), "/ec2/"):
		return "text/xml", "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>" + message + "</Message></Error></Errors><RequestID>1</RequestID></Response>"
	}
	return "text/xml", "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>" + message + "</Message></Error><RequestId>1</RequestId></ErrorResponse>"
}

// called returns the calls since its last call.
func (r *refusal) called() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}
