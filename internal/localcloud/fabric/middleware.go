package fabric

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"
)

// Config returns the configuration with which real SDK clients reach this cloud instead of the
// network. The SDK's own validation and retries run; everything below the retryer is replaced.
func (f *Fabric) Config() aws.Config {
	return aws.Config{
		Region:      Region,
		Credentials: aws.AnonymousCredentials{},
		APIOptions:  []func(*middleware.Stack) error{f.attach},
		// A client's rate limiter outlives a call, and would carry its tokens from one test of
		// throttling to the next.
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 20 * time.Second })
		},
	}
}

type inputKey struct{}

func (f *Fabric) attach(stack *middleware.Stack) error {
	keep := middleware.InitializeMiddlewareFunc("PhotogalleryKeepInput",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(middleware.WithStackValue(ctx, inputKey{}, in.Parameters), in)
		})
	answer := middleware.FinalizeMiddlewareFunc("PhotogalleryAnswer",
		func(ctx context.Context, _ middleware.FinalizeInput, _ middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			operation := Operation{awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)}
			result, err := f.call(ctx, operation, middleware.GetStackValue(ctx, inputKey{}))
			return middleware.FinalizeOutput{Result: result}, middleware.Metadata{}, err
		})
	// The middleware is last in Initialize, after the SDK has filled in idempotency tokens and
	// defaults.
	if err := stack.Initialize.Add(keep, middleware.After); err != nil {
		return err
	}
	return stack.Finalize.Insert(answer, "Retry", middleware.After)
}
