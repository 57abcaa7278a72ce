// Package lambda runs the steps as AWS Lambda runs functions: one invocation at a time each with
// its time-out, errors as the runtime reports them, and retries of asynchronous invocations.
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

// Handler is a function's code, such as a handler of package step.
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

// New returns a function. The time-out of an invocation is real time, whatever the cloud's pace,
// because the code is real.
func New(f *fabric.Fabric, name string, timeout time.Duration, handler Handler) Function {
	return Function{fabric: f, name: name, timeout: timeout, handler: handler}
}

// timedOut is the errorType that Lambda reports for a function that exceeded its time-out.
const timedOut = "Sandbox.Timedout"

// Invoke blocks until the handler has returned. The error is a messages.InvokeResponse_Error by
// value: the handler's own, one with the name of its Go type, as the runtime makes it, or
// Sandbox.Timedout. The end of the caller's context does not end an invocation, as on AWS. The
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

// reported returns an error as the Lambda runtime reports it, which keeps only the name of its
// outermost type.
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

// retryDelays holds how long Lambda waits before each retry of an asynchronous invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
var retryDelays = []time.Duration{time.Minute, 2 * time.Minute}

// InvokeAsync invokes the function as an event source does and returns at once. A failed invocation
// is retried twice, and then the event is lost.
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
