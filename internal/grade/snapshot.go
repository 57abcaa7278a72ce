package grade

import (
	"time"

	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

// Operation is a call of AWS, as the IAM action that allows it.
type Operation string

// The calls that read an account.
const (
	describeVPCs           Operation = "ec2:DescribeVpcs"
	describeSubnets        Operation = "ec2:DescribeSubnets"
	describeGateways       Operation = "ec2:DescribeInternetGateways"
	describeRoutes         Operation = "ec2:DescribeRouteTables"
	describeSecurityGroups Operation = "ec2:DescribeSecurityGroups"
	describeInstances      Operation = "ec2:DescribeInstances"
	describeImages         Operation = "ec2:DescribeImages"
	describeSnapshots      Operation = "ec2:DescribeSnapshots"
	describeVolumes        Operation = "ec2:DescribeVolumes"
	describeAddresses      Operation = "ec2:DescribeAddresses"
	describeTemplates      Operation = "ec2:DescribeLaunchTemplates"
	describeVersions       Operation = "ec2:DescribeLaunchTemplateVersions"
	describeBalancers      Operation = "elasticloadbalancing:DescribeLoadBalancers"
	describeListeners      Operation = "elasticloadbalancing:DescribeListeners"
	describeTargetGroups   Operation = "elasticloadbalancing:DescribeTargetGroups"
	describeTargetHealth   Operation = "elasticloadbalancing:DescribeTargetHealth"
	describeGroups         Operation = "autoscaling:DescribeAutoScalingGroups"
	describePolicies       Operation = "autoscaling:DescribePolicies"
	describeActivities     Operation = "autoscaling:DescribeScalingActivities"
	describeAlarms         Operation = "cloudwatch:DescribeAlarms"
)

// Snapshot is an account in one region at one moment, as AWS describes it. Nothing else is graded.
type Snapshot struct {
	Account, Caller, Region string
	At                      time.Time

	VPCs           []ec2.Vpc
	Subnets        []ec2.Subnet
	Gateways       []ec2.InternetGateway
	Routes         []ec2.RouteTable
	SecurityGroups []ec2.SecurityGroup
	Instances      []ec2.Instance
	Images         []ec2.Image    // of the account
	Snapshots      []ec2.Snapshot // of the account
	Volumes        []ec2.Volume   // that nothing is attached to
	Addresses      []ec2.Address
	Templates      []ec2.LaunchTemplate
	Versions       []ec2.LaunchTemplateVersion // of all templates
	Balancers      []elb.LoadBalancer
	Listeners      []elb.Listener // of all load balancers
	TargetGroups   []elb.TargetGroup
	Health         map[string][]elb.TargetHealthDescription // by the target group's ARN
	Groups         []autoscaling.AutoScalingGroup
	Policies       []autoscaling.ScalingPolicy
	Activities     []autoscaling.Activity
	Alarms         []cloudwatch.MetricAlarm

	Pages   map[string]Page              // what a load balancer answered on port 80, by its ARN
	Refused map[Operation]*release.Error // why a call got no answer
}

// Page is the answer of a load balancer to one request.
type Page struct {
	URL    string
	Status int    // 0 if there was no answer
	Bytes  int    // of the body, up to a limit
	Leads  string // the address elsewhere that it redirects to, which nobody followed
	Why    string // why there was no answer
}
