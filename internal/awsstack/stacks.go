package awsstack

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// Stacks is the client of CloudFormation with the operation that is called, and that alone; see
// step.Clients.
type Stacks cloudformation.Client

// NewStacks returns the client for a configuration.
func NewStacks(config aws.Config) *Stacks { return (*Stacks)(cloudformation.NewFromConfig(config)) }

// DescribeStacks calls the operation of this name.
func (s *Stacks) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, options ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return (*cloudformation.Client)(s).DescribeStacks(ctx, in, options...)
}
