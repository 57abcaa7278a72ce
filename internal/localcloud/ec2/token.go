package ec2

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/internal/localcloud/fabric"
)

const longestToken = 64

type remembered struct {
	request string
	result  any
}

// once answers a repeated client token with the first result. It forgets failures, and refuses the
// same token with other parameters.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
func once[Result any](s *Service, operation string, token *string, input any, do func() (Result, error)) (Result, error) {
	if aws.ToString(token) == "" {
		return do()
	}
	var none Result
	if len(*token) > longestToken {
		return none, fabric.Errorf("InvalidClientToken", "The client token %s is longer than %d characters", *token, longestToken)
	}
	request, err := json.Marshal(input)
	if err != nil {
		return none, fabric.Errorf("InvalidParameterValue", "The request cannot be read: %s", err)
	}
	key := operation + " " + *token
	if former, known := s.tokens[key]; known {
		if former.request != string(request) {
			return none, fabric.Errorf("IdempotentParameterMismatch", "The client token %s was used before with other parameters", *token)
		}
		return former.result.(Result), nil
	}
	result, err := do()
	if err == nil {
		s.tokens[key] = remembered{string(request), result}
	}
	return result, err
}
