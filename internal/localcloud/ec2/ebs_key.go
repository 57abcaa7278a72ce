package ec2

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/internal/localcloud/fabric"
)

func (s *Service) handleKey() {
	fabric.Handle(s.fabric, serviceID, "GetEbsDefaultKmsKeyId", s.getEbsDefaultKmsKeyID)
}

// SetDefaultKey sets EBS's default key, an ARN. Initially it is AWS's own, which EC2 names by its
// alias.
// https://docs.aws.amazon.com/cli/latest/reference/ec2/get-ebs-default-kms-key-id.html
func (s *Service) SetDefaultKey(key string) { s.ebsKey = key }

func (s *Service) getEbsDefaultKmsKeyID(*ec2.GetEbsDefaultKmsKeyIdInput) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return &ec2.GetEbsDefaultKmsKeyIdOutput{KmsKeyId: aws.String(s.ebsKey)}, nil
}
