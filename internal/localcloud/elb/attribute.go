package elb

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

const deletionProtection = "deletion_protection.enabled"

// defaultAttributes are those of an application load balancer that can be on or off.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
func defaultAttributes() map[string]string {
	return map[string]string{
		deletionProtection:                                "false",
		"access_logs.s3.enabled":                          "false",
		"routing.http.drop_invalid_header_fields.enabled": "false",
		"routing.http.preserve_host_header.enabled":       "false",
		"routing.http2.enabled":                           "true",
	}
}

// modifyAttributes changes all or, if one cannot be changed, none, and answers with all there are.
func (s *Service) modifyAttributes(in *elb.ModifyLoadBalancerAttributesInput) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	changed := maps.Clone(b.attributes)
	for _, attribute := range in.Attributes {
		key, value := aws.ToString(attribute.Key), aws.ToString(attribute.Value)
		if _, known := changed[key]; !known {
			return nil, fabric.Errorf("InvalidConfigurationRequest", "the embedded cloud has no load balancer attribute '%s'", key)
		}
		if value != "true" && value != "false" {
			return nil, fabric.Errorf("InvalidConfigurationRequest", "load balancer attribute '%s' is true or false, not '%s'", key, value)
		}
		changed[key] = value
	}
	b.attributes = changed
	out := &elb.ModifyLoadBalancerAttributesOutput{}
	for _, key := range slices.Sorted(maps.Keys(changed)) {
		out.Attributes = append(out.Attributes, types.LoadBalancerAttribute{Key: aws.String(key), Value: aws.String(changed[key])})
	}
	return out, nil
}
