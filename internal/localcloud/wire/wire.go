// Package wire serves operations of the embedded cloud in AWS's protocols.
package wire

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
	"github.com/google/uuid"
)

// largestRequest has room for an input of 256 KiB in its longest JSON form.
const largestRequest = 2 << 20

// API is a service in one of AWS's JSON protocols, for SDK clients and the aws command line.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
type API struct {
	Target      string // the prefix of X-Amz-Target
	ContentType string
	LowerCase   bool // the names of fields begin in lower case, other than the SDK's
	Operations  map[string]Operation
}

// Operation is a call of the SDK's client with a body of JSON.
type Operation func(ctx context.Context, body *json.Decoder) (any, error)

// Serve returns an operation that calls a method of an SDK's client. The SDK's input types have the wire's
// names except for the case of the first letter, which decoding ignores. The client checks required
// fields.
func Serve[In, Out any](call func(context.Context, *In) (*Out, error)) Operation {
	return func(ctx context.Context, body *json.Decoder) (any, error) {
		in := new(In)
		if err := body.Decode(in); err != nil {
			return nil, &unreadable{err}
		}
		return call(ctx, in)
	}
}

// ServeHTTP answers one request. The caller checks signatures. It answers only requests that name a
// loopback host, so that no web page can reach it through its own name, and only AWS's content type,
// which pages cannot send to other sites.
func (a API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", uuid.NewString())
	w.Header().Set("Content-Type", a.ContentType)
	if refusal := a.refuse(r); refusal != nil {
		refusal.write(w)
		return
	}
	name, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), a.Target+".")
	call, ok := a.Operations[name]
	if !ok {
		(&fault{http.StatusBadRequest, "UnknownOperationException", "the embedded cloud serves no operation " + name}).write(w)
		return
	}
	out, err := call(r.Context(), json.NewDecoder(http.MaxBytesReader(w, r.Body, largestRequest)))
	if err != nil {
		faultOf(err).write(w)
		return
	}
	write(w, http.StatusOK, a.naming().value(reflect.ValueOf(out)))
}

func (a API) naming() naming {
	if a.LowerCase {
		return lowerFirst
	}
	return func(field string) string { return field }
}

func (a API) refuse(r *http.Request) *fault {
	switch {
	case !isLoopback(r.Host):
		return &fault{http.StatusForbidden, "AccessDeniedException", "the host " + r.Host + " is not this machine: use localhost or 127.0.0.1"}
	case r.Method != http.MethodPost:
		return &fault{http.StatusMethodNotAllowed, "UnknownOperationException", "the method is " + r.Method + ": use POST"}
	case r.Header.Get("Content-Type") != a.ContentType:
		return &fault{http.StatusUnsupportedMediaType, "SerializationException", "the content type is not " + a.ContentType}
	}
	return nil
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && address.IsLoopback()
}

// unreadable is the error for a body that is not the operation's input.
type unreadable struct{ error }

func (u *unreadable) Unwrap() error { return u.error }

// fault is an error answer.
type fault struct {
	status  int
	code    string
	message string
}

func faultOf(err error) *fault {
	var tooLarge *http.MaxBytesError
	var body *unreadable
	var missing smithy.InvalidParamsError
	var api smithy.APIError
	switch {
	case errors.As(err, &tooLarge):
		return &fault{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", tooLarge.Error()}
	case errors.As(err, &body):
		return &fault{http.StatusBadRequest, "SerializationException", body.Error()}
	case errors.As(err, &missing):
		return &fault{http.StatusBadRequest, "ValidationException", missing.Error()}
	case errors.As(err, &api):
		return &fault{http.StatusBadRequest, api.ErrorCode(), api.ErrorMessage()}
	}
	return &fault{http.StatusInternalServerError, "InternalFailure", err.Error()}
}

func (f *fault) write(w http.ResponseWriter) {
	write(w, f.status, map[string]string{"__type": f.code, "message": f.message})
}

func write(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	// The client may have hung up.
	_ = json.NewEncoder(w).Encode(body)
}
