// Package ssm is the embedded cloud's Systems Manager: the public parameters of base images.
package ssm

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photogallery/internal/localcloud/fabric"
)

// Service is the Systems Manager of one cloud.
type Service struct{ parameters map[string]string }

// New adds Systems Manager to a cloud, without parameters.
func New(f *fabric.Fabric) *Service {
	s := &Service{parameters: map[string]string{}}
	fabric.Handle(f, "SSM", "GetParameter", s.getParameter)
	return s
}

// Set sets a String parameter. It must be called under the lock.
func (s *Service) Set(name, value string) { s.parameters[name] = value }

func (s *Service) getParameter(in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	value, known := s.parameters[aws.ToString(in.Name)]
	if !known {
		return nil, &types.ParameterNotFound{Message: in.Name}
	}
	return &ssm.GetParameterOutput{Parameter: &types.Parameter{
		Name: in.Name, Type: types.ParameterTypeString, Value: aws.String(value), Version: 1,
	}}, nil
}
