package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/asl"
)

// invoker calls functions for Task states and reports their failures as Step Functions does: the
// errorType is the Error, the whole error object the Cause.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
type invoker map[string]Function

// Invoke invokes the function of an ARN or a name. It may outlast ctx, until the function returns.
func (i invoker) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	name := function[strings.LastIndex(function, ":")+1:]
	target, ok := i[name]
	if !ok {
		return nil, &asl.TaskError{Name: "Lambda.ResourceNotFoundException", Cause: fmt.Sprintf("Function not found: %s", function)}
	}
	answer, err := target.Invoke(ctx, payload)
	if err != nil {
		return nil, taskError(err)
	}
	return answer, nil
}

func taskError(err error) error {
	var failure messages.InvokeResponse_Error
	if !errors.As(err, &failure) {
		return err
	}
	cause, broken := json.Marshal(failure)
	if broken != nil {
		return errors.Join(err, broken)
	}
	return &asl.TaskError{Name: failure.Type, Cause: string(cause)}
}
