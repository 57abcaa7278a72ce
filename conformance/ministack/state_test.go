//go:build conformance

package ministack_test

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"photogallery/conformance/state"
	"photogallery/release"
)

// nothing checks that nothing is left of a release but its images.
func (c *cloud) nothing(images int) {
	c.Helper()
	if err := (state.Environment{Clients: c.Clients, Name: environment}).Nothing(c.Context(), images); err != nil {
		c.Error(err)
	}
	c.want("where the domain leads", c.alias(), "")
}

// serves checks what a release makes where there is a domain, as far as MiniStack knows it.
func (c *cloud) serves(name string) {
	c.Helper()
	groups := must(c.AutoScaling.DescribeAutoScalingGroups(c.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{environment.Group(release.Blue), environment.Group(release.Green)}}))
	c.want("groups", len(groups.AutoScalingGroups), 1)
	group := groups.AutoScalingGroups[0]
	c.want("its instances", len(group.Instances), 2)
	versions := must(c.EC2.DescribeLaunchTemplateVersions(c.Context(), &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: group.LaunchTemplate.LaunchTemplateId, Versions: []string{*group.LaunchTemplate.Version},
	}))
	c.want("the template's release", aws.ToString(versions.LaunchTemplateVersions[0].VersionDescription), name)
	balancer := must(c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}})).LoadBalancers[0]
	c.want("where the domain leads", c.alias(), strings.ToLower(*balancer.DNSName))
	c.listeners(balancer.LoadBalancerArn)
	attributes := must((*elb.Client)(c.ELB).DescribeLoadBalancerAttributes(c.Context(), &elb.DescribeLoadBalancerAttributesInput{LoadBalancerArn: balancer.LoadBalancerArn}))
	c.want("it keeps access logs", slices.ContainsFunc(attributes.Attributes, func(one elbtypes.LoadBalancerAttribute) bool {
		return *one.Key == "access_logs.s3.enabled" && *one.Value == "true"
	}), true)
}

// listeners checks that HTTPS has the stack's certificate and that HTTP leads there.
func (c *cloud) listeners(of *string) {
	c.Helper()
	found := map[int32]elbtypes.Listener{}
	for _, listener := range must(c.ELB.DescribeListeners(c.Context(), &elb.DescribeListenersInput{LoadBalancerArn: of})).Listeners {
		found[*listener.Port] = listener
	}
	c.want("listeners", len(found), 2)
	c.want("what port 80 does", found[80].DefaultActions[0].Type, elbtypes.ActionTypeEnumRedirect)
	c.want("what port 443 does", found[443].DefaultActions[0].Type, elbtypes.ActionTypeEnumForward)
	c.want("its certificate", aws.ToString(found[443].Certificates[0].CertificateArn), c.physical("AWS::CertificateManager::Certificate"))
}

// alias returns the name that the domain's record leads to, or "" if there is none.
func (c *cloud) alias() string {
	c.Helper()
	for _, record := range must(c.Route53.ListResourceRecordSets(c.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: &c.zone})).ResourceRecordSets {
		if record.AliasTarget != nil && strings.TrimSuffix(*record.Name, ".") == domain {
			return strings.TrimSuffix(strings.ToLower(*record.AliasTarget.DNSName), ".")
		}
	}
	return ""
}

func (c *cloud) want(what string, got, want any) {
	c.Helper()
	if got != want {
		c.Errorf("%s: %v, want %v", what, got, want)
	}
}
