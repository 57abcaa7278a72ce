package execution

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/release"
)

// Reasons tells why executions failed, which lists of executions do not. It asks once for each, because an
// end does not change. It is for one goroutine at a time.
type Reasons struct{ known map[string]Failure } // by ARN

// Of returns the error and the cause of an execution that failed, or none for any other.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func (r *Reasons) Of(ctx context.Context, api Describer, e Listed) (Failure, error) {
	arn := release.ExecutionOf(e.MachineARN, e.Name)
	if known, isKnown := r.known[arn]; isKnown || e.Status != types.ExecutionStatusFailed {
		return known, nil
	}
	out, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return Failure{}, err
	}
	if r.known == nil {
		r.known = map[string]Failure{}
	}
	r.known[arn] = Failure{Error: aws.ToString(out.Error), Cause: words(aws.ToString(out.Cause))}
	return r.known[arn], nil
}
