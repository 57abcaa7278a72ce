// Package lambda runs the steps as AWS Lambda runs functions: one invocation at a time each with
// its time-out, errors as the runtime reports them, asynchronous invocations tried again.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/google/uuid"

	"photogallery/internal/localcloud/fabric"
)

// Handler is a function's code; the handlers of package step are.
type Handler interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// Function is one Lambda function of the embedded cloud.
type Function struct {
	fabric  *fabric.Fabric
	name    string
	timeout time.Duration
	handler Handler
}

// New makes a function. The time-out of an invocation is real time, whatever the cloud's pace:
// the code behind it is.
func New(f *fabric.Fabric, name string, timeout time.Duration, handler Handler) Function {
	return Function{fabric: f, name: name, timeout: timeout, handler: handler}
}

// timedOut is the errorType that Lambda reports for a function that it had to end.
const timedOut = "Sandbox.Timedout"

// Invoke blocks until the handler has returned. The error is a messages.InvokeResponse_Error by
// value: the handler's own; or the name of its Go type, as the runtime makes it; or
// Sandbox.Timedout. A caller that goes away does not end an invocation, on AWS neither; the
// cloud's closing does.
func (f Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.timeout)
	defer cancel()
	defer context.AfterFunc(f.fabric.Context(), cancel)()
	answer, err := f.handler.Invoke(fabric.WithCaller(ctx, f.name), payload)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, f.late()
	}
	if err != nil {
		return nil, reported(err)
	}
	return answer, nil
}

func (f Function) late() error {
	return messages.InvokeResponse_Error{
		Type:    timedOut,
		Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", uuid.NewString(), f.timeout.Seconds()),
	}
}

// reported returns an error as the Lambda runtime reports it: only its own type keeps a name.
func reported(err error) error {
	if failure, ok := err.(messages.InvokeResponse_Error); ok { //nolint:errorlint // the runtime does not unwrap
		return failure
	}
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return messages.InvokeResponse_Error{Type: kind.Name(), Message: err.Error()}
}

// retryDelays are how long Lambda waits before each further try of an asynchronous invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
var retryDelays = []time.Duration{time.Minute, 2 * time.Minute}

// InvokeAsync invokes the function as an event source does and returns at once. A failed
// invocation is tried twice more; then the event is lost.
func (f Function) InvokeAsync(payload []byte) {
	f.fabric.Go(func() {
		_, err := f.Invoke(f.fabric.Context(), payload)
		for _, delay := range retryDelays {
			if err == nil || !f.pause(delay) {
				return
			}
			_, err = f.Invoke(f.fabric.Context(), payload)
		}
	})
}

func (f Function) pause(delay time.Duration) bool {
	select {
	case <-time.After(f.fabric.Scale(delay)):
		return true
	case <-f.fabric.Context().Done():
		return false
	}
}
