//go:build conformance

package deployed

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/conformance/state"
	"photogallery/release"
)

//go:embed testdata/network.yaml
var network string

// TestGivenVPC deploys two environments into one VPC that somebody made by hand, and releases in both. One is
// given its subnets, and the other looks them up. The teardown of one leaves the other alone.
func TestGivenVPC(t *testing.T) {
	c := begin(t)
	c.front.made = func(call) {} // who may do what is another test's
	c.plays.will("", "", false)
	const second release.Environment = "second"
	given := c.makeNetwork()
	deploy := func(options ...string) {
		arguments := []string{"deploy", "--output", t.TempDir(), "--method", "direct", "--require-approval", "never"}
		for _, option := range append(options, "assetsBucket=files", "vpc="+given["vpc"]) {
			arguments = append(arguments, "--context", option)
		}
		c.cdk(arguments...)
	}
	deploy("publicSubnets="+given["publicSubnets"], "privateSubnets="+given["privateSubnets"])
	deploy("environment=" + string(second))
	c.run("release", "first", `{}`).ends("Succeeded")
	c.await(c.startOf(second.ReleaseMachine(), "beside", `{}`)).ends("Succeeded")
	if err := (state.Environment{Clients: c.Clients, Name: second}).Serves(c.Context(), "beside", 1); err != nil {
		c.Error(err)
	}
	c.want("the VPCs of the load balancers", c.entrances(), []string{given["vpc"], given["vpc"]})
	for name, want := range map[string]string{"PUBLIC_SUBNETS": given["publicSubnets"], "PRIVATE_SUBNETS": given["privateSubnets"]} {
		c.want(name, sorted(c.variableOf(second, "Plan", name)), sorted(want))
	}
	c.await(c.startOf(second.TeardownMachine(), "teardown", `{"images": "delete"}`)).ends("Succeeded")
	c.serves("first")
}

// makeNetwork returns the outputs of the VPC's stack, and makes a bucket for the deployments' files.
func (c *cloud) makeNetwork() map[string]string {
	c.Helper()
	name := aws.String("by-hand")
	_, err := c.S3.CreateBucket(c.Context(), &s3.CreateBucketInput{Bucket: aws.String("files")})
	if err == nil {
		_, err = c.CloudFormation.CreateStack(c.Context(), &cloudformation.CreateStackInput{StackName: name, TemplateBody: &network})
	}
	if err != nil {
		c.Fatal(err)
	}
	out, err := c.CloudFormation.DescribeStacks(c.Context(), &cloudformation.DescribeStacksInput{StackName: name})
	if err != nil {
		c.Fatal(err)
	}
	given := map[string]string{}
	for _, output := range out.Stacks[0].Outputs {
		given[*output.OutputKey] = *output.OutputValue
	}
	return given
}

// entrances returns the VPC of each load balancer.
func (c *cloud) entrances() (vpcs []string) {
	c.Helper()
	out, err := c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{})
	if err != nil {
		c.Fatal(err)
	}
	for _, balancer := range out.LoadBalancers {
		vpcs = append(vpcs, *balancer.VpcId)
	}
	return vpcs
}

func sorted(list string) []string { return slices.Sorted(strings.SplitSeq(list, ",")) }
