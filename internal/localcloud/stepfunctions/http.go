package stepfunctions

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/wire"
)

// Handler serves the operations of people in AWS JSON 1.0. The caller checks signatures.
func (s *Service) Handler() http.Handler {
	client := sfn.NewFromConfig(s.fabric.Config(), func(o *sfn.Options) { o.Retryer = aws.NopRetryer{} })
	return wire.API{Target: "AWSStepFunctions", ContentType: "application/x-amz-json-1.0", LowerCase: true, Operations: map[string]wire.Operation{
		"ListStateMachines":    serve(client, (*sfn.Client).ListStateMachines),
		"DescribeStateMachine": serve(client, (*sfn.Client).DescribeStateMachine),
		"StartExecution":       serve(client, (*sfn.Client).StartExecution),
		"StopExecution":        serve(client, (*sfn.Client).StopExecution),
		"DescribeExecution":    serve(client, (*sfn.Client).DescribeExecution),
		"GetExecutionHistory":  serve(client, (*sfn.Client).GetExecutionHistory),
		"ListExecutions":       serve(client, (*sfn.Client).ListExecutions),
	}}
}

func serve[In, Out any](client *sfn.Client, call func(*sfn.Client, context.Context, *In, ...func(*sfn.Options)) (*Out, error)) wire.Operation {
	return wire.Serve(func(ctx context.Context, in *In) (*Out, error) { return call(client, ctx, in) })
}
