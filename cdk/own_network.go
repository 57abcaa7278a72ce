package cdk

import (
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"

	"photogallery/release"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
var (
	vpcID    = regexp.MustCompile(`^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`)
	subnetID = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
)

// parseSubnets accepts two subnets, and whether they are in two zones is for Plan and gallery doctor.
func parseSubnets(field *string, value string) error {
	*field = strings.ReplaceAll(value, " ", "")
	if value == "" {
		return nil
	}
	ids := strings.Split(*field, ",")
	if len(ids) != 2 || ids[0] == ids[1] {
		return errors.New("not two different subnets")
	}
	for _, id := range ids {
		if !subnetID.MatchString(id) {
			return errors.New(id + " is no ID of a subnet")
		}
	}
	return nil
}

// networkConflicts lists what a VPC of the user's own needs and what it does not go with.
func (o Options) networkConflicts(context map[string]any) (problems release.Problems) {
	add := func(field, message string) {
		problems = append(problems, release.Problem{Field: field, Message: message})
	}
	if o.VPC == "" {
		if o.PublicSubnets != "" || o.PrivateSubnets != "" {
			add("vpc", "left out, but subnets are given; give the ID of the VPC that they are in")
		}
		return problems
	}
	if o.PublicSubnets == "" && o.PrivateSubnets != "" {
		add("publicSubnets", "left out, but privateSubnets are given; give two subnets of the VPC, in two zones, with a route to an internet gateway, or leave both out")
	}
	for field, isGiven := range map[string]bool{
		"vpcRange": o.VPCRange != usualRange, "zones": o.Zones != "", "flowLogs": context["flowLogs"] != nil && o.FlowLogs,
	} {
		if isGiven {
			add(field, textOf(context[field])+": the stack makes no network in "+o.VPC+", whose owner decides on this; leave it out, or leave vpc out")
		}
	}
	return problems
}

// takeNetwork uses subnets of a VPC that is there. The stack makes only security groups in it, so that
// several environments can share it and none takes anything with it.
func (s *stack) takeNetwork() {
	if s.options.PublicSubnets == "" {
		panic("the options name a VPC and no subnets, which LookUp finds")
	}
	vpc := awsec2.Vpc_FromVpcAttributes(s.scope, jsii.String("Network"), &awsec2.VpcAttributes{
		VpcId: jsii.String(s.options.VPC), AvailabilityZones: jsii.Strings("not asked for"),
	})
	public := strings.Split(s.options.PublicSubnets, ",")
	private := public
	if s.options.PrivateSubnets != "" {
		private = strings.Split(s.options.PrivateSubnets, ",")
	}
	s.network = network{vpc: vpc, public: public, private: private}
}
