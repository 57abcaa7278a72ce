package fleet

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/release"
)

// TargetDimensions returns the dimensions of the load balancer's metrics of a target group, which are
// the last parts of the ARNs.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func TargetDimensions(loadBalancer, targetGroup string) []types.Dimension {
	return append(BalancerDimensions(loadBalancer), types.Dimension{Name: aws.String("TargetGroup"), Value: aws.String(release.NameOf(targetGroup))})
}

// BalancerDimensions returns the dimensions of the metrics of the load balancer as a whole.
func BalancerDimensions(loadBalancer string) []types.Dimension {
	_, name, _ := strings.Cut(loadBalancer, ":loadbalancer/")
	return []types.Dimension{{Name: aws.String("LoadBalancer"), Value: aws.String(name)}}
}
