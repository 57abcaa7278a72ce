package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"
	"github.com/google/uuid"
)

// largestRequest has room for an input of 256 KiB in its longest JSON form.
const largestRequest = 2 << 20

// Handler serves the operations in served in AWS JSON 1.0, for SDK clients and the aws command
// line. The caller checks signatures. It answers only requests that name a loopback host, so that
// no web page can reach it through its own name, and only AWS's content type, which pages cannot
// send to other sites. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
func (s *Service) Handler() http.Handler {
	client := sfn.NewFromConfig(s.fabric.Config(), func(o *sfn.Options) { o.Retryer = aws.NopRetryer{} })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", uuid.NewString())
		w.Header().Set("Content-Type", contentType)
		if refusal := refuse(r); refusal != nil {
			refusal.write(w)
			return
		}
		name, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AWSStepFunctions.")
		call, ok := served[name]
		if !ok {
			(&fault{http.StatusBadRequest, "UnknownOperationException", "the embedded cloud serves no operation " + name}).write(w)
			return
		}
		out, err := call(r.Context(), client, json.NewDecoder(http.MaxBytesReader(w, r.Body, largestRequest)))
		if err != nil {
			faultOf(err).write(w)
			return
		}
		write(w, http.StatusOK, wire(out))
	})
}

const contentType = "application/x-amz-json-1.0"

func refuse(r *http.Request) *fault {
	switch {
	case !isLoopback(r.Host):
		return &fault{http.StatusForbidden, "AccessDeniedException", "the host " + r.Host + " is not this machine: use localhost or 127.0.0.1"}
	case r.Method != http.MethodPost:
		return &fault{http.StatusMethodNotAllowed, "UnknownOperationException", "the method is " + r.Method + ": use POST"}
	case r.Header.Get("Content-Type") != contentType:
		return &fault{http.StatusUnsupportedMediaType, "SerializationException", "the content type is not " + contentType}
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

type servedOperation func(context.Context, *sfn.Client, *json.Decoder) (any, error)

var served = map[string]servedOperation{
	"ListStateMachines":    serve((*sfn.Client).ListStateMachines),
	"DescribeStateMachine": serve((*sfn.Client).DescribeStateMachine),
	"StartExecution":       serve((*sfn.Client).StartExecution),
	"StopExecution":        serve((*sfn.Client).StopExecution),
	"DescribeExecution":    serve((*sfn.Client).DescribeExecution),
	"GetExecutionHistory":  serve((*sfn.Client).GetExecutionHistory),
	"ListExecutions":       serve((*sfn.Client).ListExecutions),
}

// serve returns an operation that calls the client's method. The SDK's input types have the wire's
// names except for the case of the first letter, which decoding ignores. The client checks required
// fields.
func serve[In, Out any](call func(*sfn.Client, context.Context, *In, ...func(*sfn.Options)) (*Out, error)) servedOperation {
	return func(ctx context.Context, client *sfn.Client, body *json.Decoder) (any, error) {
		in := new(In)
		if err := body.Decode(in); err != nil {
			return nil, &unreadable{err}
		}
		return call(client, ctx, in)
	}
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
