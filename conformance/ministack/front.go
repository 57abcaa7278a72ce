package ministack

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"

	"photogallery/conformance/emulator"
)

// call is a request to MiniStack.
type call struct {
	*http.Request
	body []byte
	form url.Values // of a query protocol
}

// fromFunction reports whether a function makes the call: MiniStack gives those the account as their key.
func (c call) fromFunction() bool {
	return strings.Contains(c.Header.Get("Authorization"), "Credential="+emulator.Account+"/")
}

// ServeHTTP answers for what MiniStack lacks.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.connect(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	made := call{Request: r, body: body}
	made.form, _ = url.ParseQuery(string(body)) // what is no form has no Action
	operation := made.form.Get("Action")
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		operation = target[strings.LastIndex(target, ".")+1:]
	}
	for _, gap := range gaps() {
		if _, name, _ := strings.Cut(gap.operation, ":"); name == operation {
			gap.answer(s, w, made)
			return
		}
	}
	s.pass(w, made, nil)
}

// pass hands a call to MiniStack and, unless change is nil, its answer through that.
func (s *Server) pass(w http.ResponseWriter, made call, change func([]byte) []byte) {
	made.Body, made.ContentLength = io.NopCloser(bytes.NewReader(made.body)), int64(len(made.body))
	if change == nil {
		s.forward.ServeHTTP(w, made.Request)
		return
	}
	answer := httptest.NewRecorder()
	s.forward.ServeHTTP(answer, made.Request)
	body := change(answer.Body.Bytes())
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body) // to a client that may be gone
}

// answer writes what an operation of a query protocol answers, or the error of a call to MiniStack.
func answer(w http.ResponseWriter, made call, result string, err error) {
	w.Header().Set("Content-Type", "text/xml")
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "<Response><Errors><Error><Code>"+refused.ErrorCode()+"</Code><Message>"+refused.ErrorMessage()+"</Message></Error></Errors></Response>")
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	default:
		name := made.form.Get("Action") + "Response"
		_, _ = io.WriteString(w, "<"+name+">"+result+"</"+name+">")
	}
}

// connect is the way to the gallery over HTTPS, for functions whose proxy this is.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	var dialer net.Dialer
	gallery, err := dialer.DialContext(r.Context(), "tcp", s.gallery.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer gallery.Close()
	w.WriteHeader(http.StatusOK)
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	go func() { _, _ = io.Copy(gallery, client) }()
	_, _ = io.Copy(client, gallery) // until either is closed
}
