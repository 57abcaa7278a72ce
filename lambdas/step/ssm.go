package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// SSM is the client of Systems Manager with the operations that are called, and those alone; see Clients.
type SSM ssm.Client

// GetParameter calls the operation of this name.
func (c *SSM) GetParameter(ctx context.Context, in *ssm.GetParameterInput, options ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return (*ssm.Client)(c).GetParameter(ctx, in, options...)
}
