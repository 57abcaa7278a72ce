package sweep

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
)

const (
	balancerKind  = "load balancer"
	interfaceKind = "network interface"
)

type balancerAPI interface {
	elb.DescribeLoadBalancersAPIClient
	DeleteLoadBalancer(context.Context, *elb.DeleteLoadBalancerInput, ...func(*elb.Options)) (*elb.DeleteLoadBalancerOutput, error)
}

type networkAPI = ec2.DescribeNetworkInterfacesAPIClient

// loadBalancer removes the load balancer with its listeners and waits for its network interfaces.
// AWS removes those minutes later, and they block the deletion of subnets and security groups.
var loadBalancer = Stage{
	Name:    "load-balancer",
	looks:   looks("elasticloadbalancing:DescribeLoadBalancers", "ec2:DescribeNetworkInterfaces"),
	changes: []step.Operation{{Name: "elasticloadbalancing:DeleteLoadBalancer", Scope: step.Named}},
	list:    listLoadBalancer,
	remove: func(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
		for _, balancer := range found {
			if _, err := c.balancers.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: aws.String(balancer.ID)}); err != nil {
				return err
			}
		}
		return nil
	},
}

func listLoadBalancer(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
	var found []inventory.Resource
	entrance, err := balancer.Find(ctx, c.balancers, c.settings.Environment)
	if err != nil {
		return nil, err
	}
	if entrance != nil {
		found = append(found, inventory.Resource{Kind: balancerKind, ID: aws.ToString(entrance.LoadBalancerArn), Name: aws.ToString(entrance.LoadBalancerName)})
	}
	// The interfaces have none of our tags. Only the description says whose they are.
	description := "ELB app/" + c.settings.Environment.Name() + "/"
	pages := ec2.NewDescribeNetworkInterfacesPaginator(c.network, &ec2.DescribeNetworkInterfacesInput{
		Filters: []types.Filter{{Name: aws.String("description"), Values: []string{description + "*"}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, card := range page.NetworkInterfaces {
			if strings.HasPrefix(aws.ToString(card.Description), description) {
				found = append(found, inventory.Resource{Kind: interfaceKind, ID: aws.ToString(card.NetworkInterfaceId), Name: aws.ToString(card.Description), Leaving: true})
			}
		}
	}
	return found, nil
}
