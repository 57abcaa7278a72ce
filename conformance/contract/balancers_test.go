package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const (
	elbReference       = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_"
	createLoadBalancer = elbReference + "CreateLoadBalancer.html"
	createListener     = elbReference + "CreateListener.html"
	deleteLoadBalancer = elbReference + "DeleteLoadBalancer.html"
	noBalancer         = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/none/0123456789abcdef"
	noTargetGroup      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef"
)

func balancers() []Behavior {
	return []Behavior{
		{"CreateLoadBalancer: it is provisioning first, then active", createLoadBalancer, "has it active at once", (*Account).balancerBecomesActive},
		{"CreateLoadBalancer: the same settings give the same load balancer", createLoadBalancer,
			"makes a second one of that name", (*Account).balancerIsIdempotent},
		{"CreateLoadBalancer: other settings are DuplicateLoadBalancerName", createLoadBalancer, "makes a second one of that name", (*Account).balancerNameIsTaken},
		{"CreateLoadBalancer: a name of 33 characters is ValidationError", createLoadBalancer, "takes it", func(a *Account) error {
			_, err := a.balancer(func(in *elb.CreateLoadBalancerInput) { in.Name = aws.String(strings.Repeat("x", 33)) })
			return refused(err, "ValidationError")
		}},
		{"CreateLoadBalancer: an unknown subnet is SubnetNotFound", createLoadBalancer,
			"has the error code of EC2, InvalidSubnetID.NotFound", func(a *Account) error {
				_, err := a.balancer(func(in *elb.CreateLoadBalancerInput) { in.Subnets = []string{"subnet-0123456789abcdef0"} })
				return refused(err, "SubnetNotFound")
			}},
		{"DescribeLoadBalancers: an unknown name is LoadBalancerNotFound", elbReference + "DescribeLoadBalancers.html", "", func(a *Account) error {
			_, err := a.ELB.DescribeLoadBalancers(a.Context, &elb.DescribeLoadBalancersInput{Names: []string{"none"}})
			return refused(err, "LoadBalancerNotFound")
		}},
		{"ModifyLoadBalancerAttributes: an unknown load balancer is LoadBalancerNotFound", elbReference + "ModifyLoadBalancerAttributes.html", "", func(a *Account) error {
			_, err := a.ELB.ModifyLoadBalancerAttributes(a.Context, &elb.ModifyLoadBalancerAttributesInput{
				LoadBalancerArn: aws.String(noBalancer),
				Attributes:      []types.LoadBalancerAttribute{{Key: aws.String("deletion_protection.enabled"), Value: aws.String("false")}},
			})
			return refused(err, "LoadBalancerNotFound")
		}},
		{"SetSecurityGroups: the given groups replace the former ones", elbReference + "SetSecurityGroups.html", "", (*Account).balancerChangesGroups},
		{"SetSubnets: the given subnets replace the former ones", elbReference + "SetSubnets.html", "", (*Account).balancerChangesSubnets},
		{"CreateListener: it forwards to the target group and is described", createListener, "", (*Account).listenerForwards},
		{"CreateListener: the same settings give the same listener", createListener,
			"makes a second one of that port", (*Account).listenerIsIdempotent},
		{"CreateListener: an unknown target group is TargetGroupNotFound", createListener,
			"", func(a *Account) error {
				arn, err := a.balancer()
				if err != nil {
					return err
				}
				_, err = a.listener(arn, noTargetGroup)
				return refused(err, "TargetGroupNotFound")
			}},
		{"CreateListener: an unknown load balancer is LoadBalancerNotFound", createListener, "", func(a *Account) error {
			_, err := a.listener(noBalancer, a.Settings.TargetGroup)
			return refused(err, "LoadBalancerNotFound")
		}},
		{"DescribeListeners: an unknown load balancer is LoadBalancerNotFound", elbReference + "DescribeListeners.html",
			"", func(a *Account) error {
				_, err := a.ELB.DescribeListeners(a.Context, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(noBalancer)})
				return refused(err, "LoadBalancerNotFound")
			}},
		{"DescribeTargetHealth: an unknown target group is TargetGroupNotFound", elbReference + "DescribeTargetHealth.html", "", func(a *Account) error {
			_, err := a.ELB.DescribeTargetHealth(a.Context, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(noTargetGroup)})
			return refused(err, "TargetGroupNotFound")
		}},
		{"ModifyTargetGroup: the path is another one in the answer", elbReference + "ModifyTargetGroup.html", "", (*Account).pathChanges},
		{"ModifyTargetGroup: an unknown target group is TargetGroupNotFound", elbReference + "ModifyTargetGroup.html", "", func(a *Account) error {
			_, err := a.ELB.ModifyTargetGroup(a.Context, &elb.ModifyTargetGroupInput{TargetGroupArn: aws.String(noTargetGroup), HealthCheckPath: aws.String("/")})
			return refused(err, "TargetGroupNotFound")
		}},
		{"DeleteLoadBalancer: the listeners go with it", deleteLoadBalancer, "", (*Account).listenersGoWithBalancer},
		{"DeleteLoadBalancer: one that is not there succeeds", deleteLoadBalancer, "", func(a *Account) error {
			_, err := a.ELB.DeleteLoadBalancer(a.Context, &elb.DeleteLoadBalancerInput{LoadBalancerArn: aws.String(noBalancer)})
			return err
		}},
	}
}

func (a *Account) pathChanges() error {
	for _, path := range []string{"/healthz", "/healthz", "/"} {
		out, err := a.ELB.ModifyTargetGroup(a.Context, &elb.ModifyTargetGroupInput{TargetGroupArn: aws.String(a.Settings.TargetGroup), HealthCheckPath: aws.String(path)})
		if err != nil {
			return err
		}
		if len(out.TargetGroups) != 1 || aws.ToString(out.TargetGroups[0].HealthCheckPath) != path || aws.ToString(out.TargetGroups[0].TargetGroupArn) != a.Settings.TargetGroup {
			return fmt.Errorf("the target groups are %+v", out.TargetGroups)
		}
	}
	return nil
}

func (a *Account) balancer(change ...func(*elb.CreateLoadBalancerInput)) (arn string, err error) {
	in := &elb.CreateLoadBalancerInput{
		Name: aws.String("probe"), Subnets: a.Settings.PublicSubnets, SecurityGroups: []string{a.Settings.LoadBalancerSecurityGroup},
		Scheme: types.LoadBalancerSchemeEnumInternetFacing, Tags: []types.Tag{{Key: aws.String("role"), Value: aws.String("probe")}},
	}
	for _, c := range change {
		c(in)
	}
	out, err := a.ELB.CreateLoadBalancer(a.Context, in)
	if err != nil {
		return "", err
	}
	return *out.LoadBalancers[0].LoadBalancerArn, nil
}

func (a *Account) balancerBecomesActive() error {
	if _, err := a.balancer(); err != nil {
		return err
	}
	first := true
	return a.eventually("the active load balancer", func() (bool, error) {
		out, err := a.ELB.DescribeLoadBalancers(a.Context, &elb.DescribeLoadBalancersInput{Names: []string{"probe"}})
		if err != nil {
			return false, err
		}
		state := out.LoadBalancers[0].State.Code
		if first && state != types.LoadBalancerStateEnumProvisioning {
			return false, same("the first state", state, types.LoadBalancerStateEnumProvisioning)
		}
		first = false
		return state == types.LoadBalancerStateEnumActive, nil
	})
}

func (a *Account) balancerIsIdempotent() error {
	first, err := a.balancer()
	if err != nil {
		return err
	}
	second, err := a.balancer()
	return errors.Join(err, same("the second load balancer", second, first))
}

func (a *Account) balancerNameIsTaken() error {
	if _, err := a.balancer(); err != nil {
		return err
	}
	_, err := a.balancer(func(in *elb.CreateLoadBalancerInput) { in.Scheme = types.LoadBalancerSchemeEnumInternal })
	return refused(err, "DuplicateLoadBalancerName")
}

func (a *Account) balancerChangesGroups() error {
	arn, err := a.balancer()
	if err != nil {
		return err
	}
	wanted := a.Settings.InstanceSecurityGroup
	if _, err = a.ELB.SetSecurityGroups(a.Context, &elb.SetSecurityGroupsInput{LoadBalancerArn: &arn, SecurityGroups: []string{wanted}}); err != nil {
		return err
	}
	found, err := a.describedBalancer(arn)
	return errors.Join(err, same("its groups", strings.Join(found.SecurityGroups, " "), wanted))
}

func (a *Account) balancerChangesSubnets() error {
	arn, err := a.balancer()
	if err != nil {
		return err
	}
	if _, err = a.ELB.SetSubnets(a.Context, &elb.SetSubnetsInput{LoadBalancerArn: &arn, Subnets: a.Settings.PrivateSubnets}); err != nil {
		return err
	}
	found, err := a.describedBalancer(arn)
	var subnets []string
	for _, zone := range found.AvailabilityZones {
		subnets = append(subnets, aws.ToString(zone.SubnetId))
	}
	slices.Sort(subnets)
	return errors.Join(err, same("its subnets", strings.Join(subnets, " "), strings.Join(slices.Sorted(slices.Values(a.Settings.PrivateSubnets)), " ")))
}

func (a *Account) describedBalancer(arn string) (types.LoadBalancer, error) {
	out, err := a.ELB.DescribeLoadBalancers(a.Context, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{arn}})
	if err != nil {
		return types.LoadBalancer{}, err
	}
	return out.LoadBalancers[0], nil
}

func (a *Account) listener(balancer, group string) (arn string, err error) {
	out, err := a.ELB.CreateListener(a.Context, &elb.CreateListenerInput{
		LoadBalancerArn: &balancer, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp,
		DefaultActions: []types.Action{{Type: types.ActionTypeEnumForward, TargetGroupArn: &group}},
	})
	if err != nil {
		return "", err
	}
	return *out.Listeners[0].ListenerArn, nil
}

func (a *Account) listenerForwards() error {
	balancer, err := a.balancer()
	if err != nil {
		return err
	}
	arn, err := a.listener(balancer, a.Settings.TargetGroup)
	if err != nil {
		return err
	}
	out, err := a.ELB.DescribeListeners(a.Context, &elb.DescribeListenersInput{LoadBalancerArn: &balancer})
	if err != nil {
		return err
	}
	if err := same("listeners", len(out.Listeners), 1); err != nil {
		return err
	}
	found := out.Listeners[0]
	return errors.Join(same("its ARN", *found.ListenerArn, arn), same("its port", *found.Port, 80),
		same("its target group", aws.ToString(found.DefaultActions[0].TargetGroupArn), a.Settings.TargetGroup))
}

func (a *Account) listenerIsIdempotent() error {
	balancer, err := a.balancer()
	if err != nil {
		return err
	}
	first, err := a.listener(balancer, a.Settings.TargetGroup)
	if err != nil {
		return err
	}
	second, err := a.listener(balancer, a.Settings.TargetGroup)
	return errors.Join(err, same("the second listener", second, first))
}

func (a *Account) listenersGoWithBalancer() error {
	balancer, err := a.balancer()
	if err != nil {
		return err
	}
	if _, err := a.listener(balancer, a.Settings.TargetGroup); err != nil {
		return err
	}
	if _, err := a.ELB.DeleteLoadBalancer(a.Context, &elb.DeleteLoadBalancerInput{LoadBalancerArn: &balancer}); err != nil {
		return err
	}
	_, err = a.ELB.DescribeLoadBalancers(a.Context, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{balancer}})
	if err := refused(err, "LoadBalancerNotFound"); err != nil {
		return err
	}
	// A second one takes the same target group.
	if balancer, err = a.balancer(); err != nil {
		return err
	}
	_, err = a.listener(balancer, a.Settings.TargetGroup)
	return err
}
