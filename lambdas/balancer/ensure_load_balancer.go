// Package balancer holds the steps that make the load balancer and verify the release through it.
package balancer

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// EnsureLoadBalancer makes the environment's load balancer, or finds it.
var EnsureLoadBalancer = step.Define(step.Step{
	Name:     "EnsureLoadBalancer",
	Summary:  "Creates the internet-facing Application Load Balancer, or finds it and sets its security group, subnets and access logs.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
		{Name: "elasticloadbalancing:CreateLoadBalancer", Scope: step.CreatedTagged},
		{Name: "elasticloadbalancing:SetSecurityGroups", Scope: step.Named},
		{Name: "elasticloadbalancing:SetSubnets", Scope: step.Named},
		{Name: "elasticloadbalancing:ModifyLoadBalancerAttributes", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, EnsureLoadBalancerInput) (LoadBalancer, error) {
	return ensureLoadBalancer{clients.ELB, settings}.run
})

// EnsureLoadBalancerInput is the step's input.
type EnsureLoadBalancerInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// LoadBalancer is the state of the load balancer.
type LoadBalancer struct {
	ARN      string    `json:"arn"`
	URL      string    `json:"url"`    // of the home page, under the domain if there is one
	Host     string    `json:"host"`   // its own DNS name
	Domain   string    `json:"domain"` // the gallery's domain, or "" if there is none
	State    string    `json:"state"`  // provisioning or active
	Deadline time.Time `json:"deadline"`
}

// Note is the load balancer's state.
func (l LoadBalancer) Note() string { return l.State }

type loadBalancerMaker interface {
	elb.DescribeLoadBalancersAPIClient
	CreateLoadBalancer(context.Context, *elb.CreateLoadBalancerInput, ...func(*elb.Options)) (*elb.CreateLoadBalancerOutput, error)
	SetSecurityGroups(context.Context, *elb.SetSecurityGroupsInput, ...func(*elb.Options)) (*elb.SetSecurityGroupsOutput, error)
	SetSubnets(context.Context, *elb.SetSubnetsInput, ...func(*elb.Options)) (*elb.SetSubnetsOutput, error)
	ModifyLoadBalancerAttributes(context.Context, *elb.ModifyLoadBalancerAttributesInput, ...func(*elb.Options)) (*elb.ModifyLoadBalancerAttributesOutput, error)
}

type ensureLoadBalancer struct {
	api      loadBalancerMaker
	settings step.Settings
}

func (e ensureLoadBalancer) run(ctx context.Context, _ EnsureLoadBalancerInput) (LoadBalancer, error) {
	found, err := Find(ctx, e.api, e.settings.Environment)
	if err != nil {
		return LoadBalancer{}, err
	}
	if found == nil {
		if found, err = e.create(ctx); err != nil {
			return LoadBalancer{}, err
		}
	} else if err := e.place(ctx, *found); err != nil {
		return LoadBalancer{}, notYet(err, aws.ToString(found.LoadBalancerArn))
	}
	// The attributes are set each time, because an earlier run of the step may have ended right
	// after the creation.
	_, err = e.api.ModifyLoadBalancerAttributes(ctx, &elb.ModifyLoadBalancerAttributesInput{
		LoadBalancerArn: found.LoadBalancerArn,
		Attributes:      e.attributes(),
	})
	if err != nil {
		return LoadBalancer{}, notYet(err, aws.ToString(found.LoadBalancerArn))
	}
	return describe(*found, time.Now().Add(e.settings.Timings.LoadBalancer).UTC(), e.settings.Domain)
}

// place moves an existing load balancer into the stack's present subnets and security group.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html
func (e ensureLoadBalancer) place(ctx context.Context, found types.LoadBalancer) error {
	var subnets []string
	for _, zone := range found.AvailabilityZones {
		subnets = append(subnets, aws.ToString(zone.SubnetId))
	}
	if !sameSet(subnets, e.settings.PublicSubnets) {
		_, err := e.api.SetSubnets(ctx, &elb.SetSubnetsInput{LoadBalancerArn: found.LoadBalancerArn, Subnets: e.settings.PublicSubnets})
		if err != nil {
			return err
		}
	}
	groups := []string{e.settings.LoadBalancerSecurityGroup}
	if sameSet(found.SecurityGroups, groups) {
		return nil
	}
	_, err := e.api.SetSecurityGroups(ctx, &elb.SetSecurityGroupsInput{LoadBalancerArn: found.LoadBalancerArn, SecurityGroups: groups})
	return err
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// attributes disables access logs if there is no bucket for them, whatever the former setting. An
// empty prefix replaces a former one.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
func (e ensureLoadBalancer) attributes() []types.LoadBalancerAttribute {
	set := func(key, value string) types.LoadBalancerAttribute {
		return types.LoadBalancerAttribute{Key: aws.String(key), Value: aws.String(value)}
	}
	common := []types.LoadBalancerAttribute{
		set("routing.http.drop_invalid_header_fields.enabled", "true"),
		set("deletion_protection.enabled", "false"),
	}
	if e.settings.AccessLogBucket == "" {
		return append(common, set("access_logs.s3.enabled", "false"))
	}
	return append(common, set("access_logs.s3.enabled", "true"),
		set("access_logs.s3.bucket", e.settings.AccessLogBucket), set("access_logs.s3.prefix", e.settings.AccessLogPrefix))
}

// create can be repeated: AWS answers a second creation with the same settings with the first load
// balancer. It uses IPv4 only, because dual-stack needs an IPv6 block in every public subnet and
// IPv6 in the security group, which given subnets may not have.
func (e ensureLoadBalancer) create(ctx context.Context) (*types.LoadBalancer, error) {
	out, err := e.api.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{
		Name:           aws.String(e.settings.Environment.Name()),
		Type:           types.LoadBalancerTypeEnumApplication,
		Scheme:         types.LoadBalancerSchemeEnumInternetFacing,
		IpAddressType:  types.IpAddressTypeIpv4,
		Subnets:        e.settings.PublicSubnets,
		SecurityGroups: []string{e.settings.LoadBalancerSecurityGroup},
		Tags:           tags(e.settings),
	})
	if err != nil {
		return nil, err
	}
	if len(out.LoadBalancers) == 0 {
		return nil, release.Errorf(release.AwsUnavailable, "the creation of load balancer %s was answered with none", e.settings.Environment.Name())
	}
	return &out.LoadBalancers[0], nil
}

func tags(settings step.Settings) (tags []types.Tag) {
	for _, tag := range settings.Tagged() {
		tags = append(tags, types.Tag{Key: aws.String(tag.Key), Value: aws.String(tag.Value)})
	}
	return tags
}
