package balancer

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"photogallery/release"
)

// Find describes the environment's load balancer, or nil if there is none.
func Find(ctx context.Context, api elb.DescribeLoadBalancersAPIClient, environment release.Environment) (*types.LoadBalancer, error) {
	out, err := api.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}})
	if release.IsNotFound(err) || err == nil && len(out.LoadBalancers) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out.LoadBalancers[0], nil
}

// notYet turns "load balancer not found" into a failure that is retried: the load balancer was just
// made or described, and not every part of AWS knows it yet.
func notYet(err error, arn string) error {
	var missing smithy.APIError
	if errors.As(err, &missing) && missing.ErrorCode() == (&types.LoadBalancerNotFoundException{}).ErrorCode() {
		return release.Errorf(release.AwsUnavailable, "load balancer %s was made but cannot be seen yet: %w", arn, err)
	}
	return err
}

// describe returns the load balancer for the state machine, or LoadBalancerFailed if it has failed.
func describe(found types.LoadBalancer, deadline time.Time, domain string) (LoadBalancer, error) {
	answer := LoadBalancer{
		ARN:      aws.ToString(found.LoadBalancerArn),
		URL:      "http://" + aws.ToString(found.DNSName) + "/",
		Host:     aws.ToString(found.DNSName),
		Domain:   domain,
		State:    string(types.LoadBalancerStateEnumProvisioning),
		Deadline: deadline,
	}
	if domain != "" {
		answer.URL = "https://" + domain + "/"
	}
	if found.State == nil {
		return answer, nil
	}
	switch found.State.Code {
	case types.LoadBalancerStateEnumFailed:
		return LoadBalancer{}, release.Errorf(release.LoadBalancerFailed, "AWS could not set up load balancer %s: %s",
			aws.ToString(found.LoadBalancerName), aws.ToString(found.State.Reason))
	case types.LoadBalancerStateEnumActive, types.LoadBalancerStateEnumActiveImpaired:
		// An impaired load balancer forwards requests. It only lacks resources to grow.
		answer.State = string(types.LoadBalancerStateEnumActive)
	}
	return answer, nil
}
