package elb_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (c cloud) describe(name string) (types.LoadBalancer, error) {
	out, err := c.client.DescribeLoadBalancers(c.Context(), &elbv2.DescribeLoadBalancersInput{Names: []string{name}})
	if err != nil {
		return types.LoadBalancer{}, err
	}
	return out.LoadBalancers[0], nil
}

func (c cloud) remove(balancer types.LoadBalancer) error {
	_, err := c.client.DeleteLoadBalancer(c.Context(), &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: balancer.LoadBalancerArn})
	return err
}

func (c cloud) interfaces() (present map[string]string) {
	c.fabric.Do(func() { present = maps.Clone(c.network.interfaces) })
	return present
}

func TestLoadBalancerBecomesActiveOrFails(t *testing.T) {
	for failure, want := range map[string]types.LoadBalancerStateEnum{
		"": types.LoadBalancerStateEnumActive, "no internet gateway": types.LoadBalancerStateEnumFailed,
	} {
		inCloud(t, func(c cloud) {
			c.fabric.Do(func() { c.service.SetFailure(failure) })
			if made := c.create(); made.State.Code != types.LoadBalancerStateEnumProvisioning {
				c.Errorf("a new load balancer is %s", made.State.Code)
			}
			c.wait(2 * time.Minute)
			found, err := c.describe("web")
			if err != nil || found.State.Code != want || aws.ToString(found.State.Reason) != failure {
				c.Errorf("got %+v, %v, want %s", found.State, err, want)
			}
		})
	}
}

func TestCreateAgainWithTheSameSettingsGivesTheSame(t *testing.T) {
	inCloud(t, func(c cloud) {
		first := c.create()
		again := request()
		again.Subnets = []string{"subnet-b", "subnet-a"}
		again.Scheme, again.IpAddressType = types.LoadBalancerSchemeEnumInternetFacing, types.IpAddressTypeIpv4
		out, err := c.client.CreateLoadBalancer(c.Context(), again)
		if err != nil || *out.LoadBalancers[0].LoadBalancerArn != *first.LoadBalancerArn {
			c.Errorf("got %+v, %v", out, err)
		}
		for name, change := range map[string]func(*elbv2.CreateLoadBalancerInput){
			"scheme":         func(in *elbv2.CreateLoadBalancerInput) { in.Scheme = types.LoadBalancerSchemeEnumInternal },
			"subnets":        func(in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{"subnet-a", "subnet-c"} },
			"security group": func(in *elbv2.CreateLoadBalancerInput) { in.SecurityGroups = []string{"sg-2"} },
			"address type":   func(in *elbv2.CreateLoadBalancerInput) { in.IpAddressType = types.IpAddressTypeDualstack },
			"tags":           func(in *elbv2.CreateLoadBalancerInput) { in.Tags = nil },
		} {
			changed := request()
			change(changed)
			if _, err := c.client.CreateLoadBalancer(c.Context(), changed); codeOf(err) != "DuplicateLoadBalancerName" {
				c.Errorf("other %s: got %v", name, err)
			}
		}
		if len(c.interfaces()) != 2 {
			c.Errorf("the load balancer has interfaces %v", c.interfaces())
		}
	})
}

func TestBadLoadBalancersAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		for want, spoilt := range map[string][]func(*elbv2.CreateLoadBalancerInput){
			"ValidationError": {
				func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("internal-web") },
				func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("web-") },
				func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String(strings.Repeat("w", 33)) },
				func(in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("") },
				func(in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{"subnet-a"} },
				func(in *elbv2.CreateLoadBalancerInput) { in.Type = types.LoadBalancerTypeEnumNetwork },
			},
			"SubnetNotFound": {
				func(in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{"subnet-a", "subnet-x"} },
			},
			"InvalidConfigurationRequest": {
				func(in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{"subnet-b", "subnet-b2"} },
			},
		} {
			for i, spoil := range spoilt {
				in := request()
				spoil(in)
				if _, err := c.client.CreateLoadBalancer(c.Context(), in); codeOf(err) != want {
					c.Errorf("%s %d: got %v", want, i, err)
				}
			}
		}
		if _, err := c.describe("web"); codeOf(err) != "LoadBalancerNotFound" {
			c.Errorf("a refused load balancer: %v", err)
		}
	})
}

func TestDeletedLoadBalancerIsGoneAndItsInterfacesLater(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		for range 2 { // the second time there is nothing to delete
			if err := c.remove(balancer); err != nil {
				c.Fatal(err)
			}
		}
		if _, err := c.describe("web"); codeOf(err) != "LoadBalancerNotFound" {
			c.Errorf("the deleted load balancer: %v", err)
		}
		_, err := c.client.DescribeListeners(c.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
		if codeOf(err) != "LoadBalancerNotFound" {
			c.Errorf("its listeners: %v", err)
		}
		if len(c.interfaces()) != 2 {
			c.Errorf("interfaces right after: %v", c.interfaces())
		}
		for _, description := range c.interfaces() {
			if !strings.HasPrefix(description, "ELB app/web/") {
				c.Errorf("an interface is described by %q", description)
			}
		}
		c.wait(5 * time.Minute)
		if len(c.interfaces()) != 0 {
			c.Errorf("interfaces five minutes after: %v", c.interfaces())
		}
	})
}

func TestAttributesAreThoseOfARelease(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.create()
		for set, code := range map[[2]string]string{
			{"routing.http.drop_invalid_header_fields.enabled", "true"}: "",
			{"deletion_protection.enabled", "false"}:                    "",
			{"deletion_protection.enabled", "true"}:                     "InvalidConfigurationRequest",
			{"deletion_protection", "false"}:                            "InvalidConfigurationRequest",
			{"access_logs.s3.enabled", "false"}:                         "",
			{"access_logs.s3.enabled", "on"}:                            "InvalidConfigurationRequest",
			{"access_logs.s3.prefix", "my/AWSLogs"}:                     "InvalidConfigurationRequest",
		} {
			_, err := c.client.ModifyLoadBalancerAttributes(c.Context(), &elbv2.ModifyLoadBalancerAttributesInput{
				LoadBalancerArn: balancer.LoadBalancerArn,
				Attributes:      []types.LoadBalancerAttribute{{Key: &set[0], Value: &set[1]}},
			})
			if codeOf(err) != code {
				c.Errorf("%v: got %v, want %q", set, err, code)
			}
		}
	})
}

func TestListenerIsIdempotentByPort(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.create()
		first, again := c.listen(balancer), c.listen(balancer)
		if *first.ListenerArn != *again.ListenerArn {
			c.Errorf("two listeners: %s and %s", *first.ListenerArn, *again.ListenerArn)
		}
		var other string
		c.fabric.Do(func() { other = c.service.AddTargetGroup("other", "/") })
		second := request()
		second.Name = aws.String("second")
		out, err := c.client.CreateLoadBalancer(c.Context(), second)
		if err != nil {
			c.Fatal(err)
		}
		https, redirect := forwardTo(balancer, c.group), forwardTo(balancer, c.group)
		https.Protocol = types.ProtocolEnumHttps
		redirect.DefaultActions = []types.Action{{Type: types.ActionTypeEnumRedirect}}
		for want, in := range map[string]*elbv2.CreateListenerInput{
			"DuplicateListener":           forwardTo(balancer, other),
			"TargetGroupNotFound":         forwardTo(balancer, "absent"),
			"TargetGroupAssociationLimit": forwardTo(out.LoadBalancers[0], c.group),
			"LoadBalancerNotFound":        forwardTo(types.LoadBalancer{LoadBalancerArn: aws.String("absent")}, c.group),
		} {
			if _, err := c.client.CreateListener(c.Context(), in); codeOf(err) != want {
				c.Errorf("want %s, got %v", want, err)
			}
		}
		for want, in := range map[string]*elbv2.CreateListenerInput{"CertificateNotFound": https, "ValidationError": redirect} {
			if _, err := c.client.CreateListener(c.Context(), in); codeOf(err) != want {
				c.Errorf("%s %s: got %v", in.Protocol, in.DefaultActions[0].Type, err)
			}
		}
		listed, err := c.client.DescribeListeners(c.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
		if err != nil || len(listed.Listeners) != 1 {
			c.Errorf("listeners: %+v, %v", listed, err)
		}
	})
}

func TestLoadBalancingHasOnlyTheCalledOperations(t *testing.T) {
	inCloud(t, func(c cloud) {
		want := "CreateListener CreateLoadBalancer CreateRule DeleteListener DeleteLoadBalancer DeleteRule DescribeListeners DescribeLoadBalancers DescribeRules DescribeTargetHealth ModifyListener ModifyLoadBalancerAttributes ModifyTargetGroup SetSecurityGroups SetSubnets"
		var got []string
		for _, operation := range c.fabric.Operations() {
			if operation.Service == "Elastic Load Balancing v2" {
				got = append(got, operation.Name)
			}
		}
		if strings.Join(got, " ") != want {
			c.Errorf("got %v", got)
		}
		_, err := c.client.DescribeAccountLimits(c.Context(), &elbv2.DescribeAccountLimitsInput{})
		if codeOf(err) != "InvalidAction" {
			c.Errorf("DescribeAccountLimits: %v", err)
		}
	})
}

func TestAccessLogsNeedABucket(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.create()
		on := types.LoadBalancerAttribute{Key: aws.String("access_logs.s3.enabled"), Value: aws.String("true")}
		bucket := types.LoadBalancerAttribute{Key: aws.String("access_logs.s3.bucket"), Value: aws.String("logs")}
		for _, test := range []struct {
			set  []types.LoadBalancerAttribute
			want string
		}{{[]types.LoadBalancerAttribute{on}, "InvalidConfigurationRequest"}, {[]types.LoadBalancerAttribute{on, bucket}, ""}, {[]types.LoadBalancerAttribute{on}, ""}} {
			_, err := c.client.ModifyLoadBalancerAttributes(c.Context(), &elbv2.ModifyLoadBalancerAttributesInput{LoadBalancerArn: balancer.LoadBalancerArn, Attributes: test.set})
			if codeOf(err) != test.want {
				c.Errorf("%d attributes: got %v, want %q", len(test.set), err, test.want)
			}
		}
		c.fabric.Do(func() {
			if got := c.service.Attributes("web"); got["access_logs.s3.bucket"] != "logs" || c.service.Attributes("none") != nil {
				c.Errorf("got %v", got)
			}
		})
	})
}
