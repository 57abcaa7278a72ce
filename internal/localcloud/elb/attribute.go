package elb

import (
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/internal/localcloud/fabric"
)

// changeable maps the attributes that may be set to their possible values; nil allows any. They
// have no effect: nothing here logs requests.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
var changeable = map[string]func(value string) bool{
	"deletion_protection.enabled":                     func(value string) bool { return value == "false" },
	"routing.http.drop_invalid_header_fields.enabled": func(value string) bool { return value == "true" },
	"access_logs.s3.enabled":                          func(value string) bool { return value == "true" || value == "false" },
	"access_logs.s3.bucket":                           nil,
	"access_logs.s3.prefix":                           func(value string) bool { return !strings.Contains(value, "AWSLogs") },
}

func (s *Service) modifyAttributes(in *elb.ModifyLoadBalancerAttributesInput) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	wanted := maps.Clone(b.attributes)
	for _, attribute := range in.Attributes {
		key, value := aws.ToString(attribute.Key), aws.ToString(attribute.Value)
		allowed, known := changeable[key]
		if !known || allowed != nil && !allowed(value) {
			return nil, fabric.Errorf("InvalidConfigurationRequest", "the embedded cloud has no load balancers with %s=%s", key, value)
		}
		wanted[key] = value
	}
	if wanted["access_logs.s3.enabled"] == "true" && wanted["access_logs.s3.bucket"] == "" {
		return nil, fabric.Errorf("InvalidConfigurationRequest", "You must specify access_logs.s3.bucket when access_logs.s3.enabled is true")
	}
	b.attributes = wanted
	return &elb.ModifyLoadBalancerAttributesOutput{Attributes: in.Attributes}, nil
}

// Attributes returns the attributes that were set on a load balancer, or nil if there is no such load balancer.
func (s *Service) Attributes(name string) map[string]string {
	if b := s.named(name); b != nil {
		return maps.Clone(b.attributes)
	}
	return nil
}
