package elb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/internal/localcloud/fabric"
)

// changeable are the attributes that may be set, to no effect here.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
var changeable = []string{"deletion_protection.enabled=false", "routing.http.drop_invalid_header_fields.enabled=true"}

func (s *Service) modifyAttributes(in *elb.ModifyLoadBalancerAttributesInput) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	if s.balancer(aws.ToString(in.LoadBalancerArn)) == nil {
		return nil, balancerNotFound(aws.ToString(in.LoadBalancerArn))
	}
	for _, attribute := range in.Attributes {
		if set := aws.ToString(attribute.Key) + "=" + aws.ToString(attribute.Value); !slices.Contains(changeable, set) {
			return nil, fabric.Errorf("InvalidConfigurationRequest", "the embedded cloud has no load balancers with %s, but with %v", set, changeable)
		}
	}
	return &elb.ModifyLoadBalancerAttributesOutput{Attributes: in.Attributes}, nil
}
