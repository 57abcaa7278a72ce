// Package quotas is the embedded cloud's Service Quotas.
package quotas

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"photogallery/internal/localcloud/fabric"
)

// Running On-Demand Standard instances, counted in vCPUs.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html
const (
	ec2Code      = "ec2"
	standardCode = "L-1216C47A"
)

// Limits reports limits; *ec2.Service is one.
type Limits interface{ VCPULimit() int }

type service struct{ limits Limits }

// New adds Service Quotas to a cloud, with the one quota that EC2 enforces for launches.
func New(f *fabric.Fabric, limits Limits) {
	s := service{limits}
	fabric.Handle(f, "Service Quotas", "GetServiceQuota", s.getServiceQuota)
}

func (s service) getServiceQuota(in *servicequotas.GetServiceQuotaInput) (*servicequotas.GetServiceQuotaOutput, error) {
	if aws.ToString(in.ServiceCode) != ec2Code || aws.ToString(in.QuotaCode) != standardCode {
		return nil, &types.NoSuchResourceException{Message: aws.String("The request failed because the specified quota does not exist.")}
	}
	return &servicequotas.GetServiceQuotaOutput{Quota: &types.ServiceQuota{
		ServiceCode: in.ServiceCode, QuotaCode: in.QuotaCode, Value: aws.Float64(float64(s.limits.VCPULimit())),
	}}, nil
}
