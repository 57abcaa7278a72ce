package balancer

import (
	"context"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// CheckLoadBalancer checks the load balancer once.
var CheckLoadBalancer = step.Define(step.Step{
	Name:     "CheckLoadBalancer",
	Summary:  "Looks whether the load balancer is active; fails if it failed or is late.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, CheckLoadBalancerInput) (LoadBalancer, error) {
	return checkLoadBalancer{clients.ELB, settings}.run
})

// CheckLoadBalancerInput is the step's input.
type CheckLoadBalancerInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
	Deadline     time.Time    `json:"deadline"`
}

type checkLoadBalancer struct {
	api      elb.DescribeLoadBalancersAPIClient
	settings step.Settings
}

func (c checkLoadBalancer) run(ctx context.Context, in CheckLoadBalancerInput) (LoadBalancer, error) {
	out, err := c.api.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{in.LoadBalancer}})
	if err != nil && !release.IsNotFound(err) {
		return LoadBalancer{}, err
	}
	// Right after its creation a load balancer may be absent from the answer.
	answer := LoadBalancer{ARN: in.LoadBalancer, State: string(types.LoadBalancerStateEnumProvisioning), Deadline: in.Deadline}
	if err == nil && len(out.LoadBalancers) > 0 {
		if answer, err = describe(out.LoadBalancers[0], in.Deadline, c.settings.Domain); err != nil {
			return LoadBalancer{}, err
		}
	}
	if answer.State != string(types.LoadBalancerStateEnumActive) && time.Now().After(in.Deadline) {
		return LoadBalancer{}, release.Errorf(release.LoadBalancerFailed, "load balancer %s is not active at its deadline, %s; release again, and look at AWS's health dashboard if that does not help",
			c.settings.Environment.Name(), in.Deadline.Format(time.RFC3339))
	}
	return answer, nil
}
