package fabric

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/smithy-go"
)

// Operation identifies an API operation as the SDK does: {"EC2", "RunInstances"}.
type Operation struct{ Service, Name string }

// String returns "EC2.RunInstances".
func (o Operation) String() string { return o.Service + "." + o.Name }

// Call is one API call, with each attempt of the SDK's retries as a call of its own.
type Call struct {
	Operation Operation
	Input     any    // the SDK's typed input, read-only
	Caller    string // the step that called, from WithCaller, or "" if there is none
	Output    any    // the answer, the SDK's typed output, or nil with an Err; set only for observers
	Err       error  // the answer's error; set only for observers
}

// Interceptor wraps an operation: it may answer with an error, pass the call on to next, or do that
// and drop the answer. It runs without the lock and may block.
type Interceptor func(ctx context.Context, call Call, next func() (any, error)) (any, error)

type handler func(ctx context.Context, input any) (any, error)

// Handle registers the implementation of an operation, which runs under the lock with a typed input
// and output. Its error should come from Errorf. Handle panics if the operation is registered
// already.
func Handle[In, Out any](f *Fabric, service, name string, implementation func(*In) (*Out, error)) {
	operation := Operation{service, name}
	if f.handlers[operation] != nil {
		panic("two implementations of " + operation.String())
	}
	f.handlers[operation] = func(_ context.Context, input any) (any, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.closed {
			return nil, Errorf("ServiceUnavailable", "the embedded cloud is closed")
		}
		out, err := implementation(input.(*In))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

// Errorf returns an API error with AWS's code, as an SDK client does.
func Errorf(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...), Fault: smithy.FaultClient}
}

// Denied returns the error by which AWS answers a caller whose policies do not allow an operation. Its
// code depends on the service's protocol, and EC2 has one of its own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
func Denied(operation Operation) error {
	code := "AccessDeniedException"
	switch operation.Service {
	case "EC2":
		code = "UnauthorizedOperation"
	case "Auto Scaling", "Elastic Load Balancing v2", "Route 53", "S3":
		code = "AccessDenied"
	}
	return Errorf(code, "User is not authorized to perform: %s", operation.Name)
}

// Operations lists the implemented operations, sorted.
func (f *Fabric) Operations() []Operation {
	var operations []Operation
	for operation := range f.handlers {
		operations = append(operations, operation)
	}
	slices.SortFunc(operations, func(a, b Operation) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return operations
}

// Intercept adds an interceptor before all operations, outside the present ones.
func (f *Fabric) Intercept(with Interceptor) {
	f.Do(func() { f.interceptors = append(f.interceptors, with) })
}

// Persist calls save after each successful call of one of the operations, before its answer. If
// save fails, its error is the answer, so that no caller learns of unsaved changes. It must be
// called before the cloud is used.
func (f *Fabric) Persist(save func() error, operations ...Operation) {
	f.Intercept(func(_ context.Context, call Call, next func() (any, error)) (any, error) {
		out, err := next()
		if err != nil || !slices.Contains(operations, call.Operation) {
			return out, err
		}
		if err := save(); err != nil {
			return nil, Errorf("StorageUnavailable", "%s is done but cannot be saved: %v", call.Operation, err)
		}
		return out, nil
	})
}

// Observe registers an observer of every answered call, one call at a time. The observer runs
// without the fabric's lock and must make no call itself.
func (f *Fabric) Observe(observer func(Call)) {
	f.Do(func() { f.observers = append(f.observers, observer) })
}

func (f *Fabric) call(ctx context.Context, operation Operation, input any) (any, error) {
	implementation := f.handlers[operation]
	if implementation == nil {
		return nil, Errorf("InvalidAction", "the embedded cloud has no %s", operation)
	}
	var interceptors []Interceptor
	var observers []func(Call)
	f.Do(func() {
		interceptors, observers = slices.Clone(f.interceptors), slices.Clone(f.observers)
	})
	call := Call{Operation: operation, Input: input, Caller: callerOf(ctx)}
	next := func() (any, error) { return implementation(ctx, input) }
	for _, interceptor := range interceptors {
		inner := next
		next = func() (any, error) { return interceptor(ctx, call, inner) }
	}
	out, err := next()
	call.Output, call.Err = out, err
	f.observing.Lock()
	defer f.observing.Unlock()
	for _, observe := range observers {
		observe(call)
	}
	return out, err
}

type callerKey struct{}

// WithCaller marks calls with the context as those of a step.
func WithCaller(ctx context.Context, step string) context.Context {
	return context.WithValue(ctx, callerKey{}, step)
}

func callerOf(ctx context.Context) string {
	caller, _ := ctx.Value(callerKey{}).(string)
	return caller
}
