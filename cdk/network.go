package cdk

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"
)

// network is two zones with a public and a private subnet each, and no NAT gateway: the fleet
// reaches AWS through a gateway endpoint and an egress-only gateway, which are free.
type network struct {
	vpc      awsec2.IVpc
	public   []string
	private  []string
	s3       awsec2.GatewayVpcEndpoint // the private subnets' only IPv4 route, or nil in a VPC of the user's own
	entrance awsec2.SecurityGroup      // the load balancer's
	fleet    awsec2.SecurityGroup
	builder  awsec2.SecurityGroup
	connect  awsec2.CfnInstanceConnectEndpoint // nil without the option
}

func (s *stack) addNetwork() {
	if s.options.VPC != "" {
		s.takeNetwork()
	} else {
		s.makeNetwork()
	}
	s.addSecurityGroups()
	if s.options.hasFlowLogs() {
		s.addFlowLogs()
	}
	if s.options.InstanceConnect {
		s.addInstanceConnect()
	}
}

func (s *stack) makeNetwork() {
	vpc := awsec2.NewVpc(s.scope, jsii.String("Network"), &awsec2.VpcProps{
		VpcName:     jsii.String(s.options.Environment.Name()),
		IpAddresses: awsec2.IpAddresses_Cidr(jsii.String(s.options.VPCRange)),
		IpProtocol:  awsec2.IpProtocol_DUAL_STACK,
		MaxAzs:      jsii.Number(2),
		NatGateways: jsii.Number(0),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("Public"), SubnetType: awsec2.SubnetType_PUBLIC, CidrMask: jsii.Number(24)},
			{Name: jsii.String("Private"), SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS, CidrMask: jsii.Number(24)},
		},
		// Nothing uses the default group, and closing it would take a function of its own.
		RestrictDefaultSecurityGroup: jsii.Bool(false),
	})
	s.setZones(vpc)
	s.network = network{vpc: vpc, public: subnetIDs(vpc.PublicSubnets()), private: subnetIDs(vpc.PrivateSubnets())}
	s.network.s3 = vpc.AddGatewayEndpoint(jsii.String("Storage"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_S3(),
		Subnets: &[]*awsec2.SubnetSelection{{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}},
	})
}

// setZones puts the subnets into the zones of the option. By default CloudFormation takes the first
// two of the account in the region.
func (s *stack) setZones(vpc awsec2.Vpc) {
	zones := s.options.zones()
	if zones == nil {
		return
	}
	for _, subnets := range []*[]awsec2.ISubnet{vpc.PublicSubnets(), vpc.PrivateSubnets()} {
		for i, subnet := range *subnets {
			subnet := subnet.Node().DefaultChild().(awsec2.CfnSubnet)
			if zoneByID.MatchString(zones[i]) {
				subnet.SetAvailabilityZone(nil)
				subnet.SetAvailabilityZoneId(jsii.String(zones[i]))
				continue
			}
			subnet.SetAvailabilityZone(jsii.String(zones[i]))
		}
	}
}

func subnetIDs(subnets *[]awsec2.ISubnet) (ids []string) {
	for _, subnet := range *subnets {
		ids = append(ids, *subnet.SubnetId())
	}
	return ids
}

// addSecurityGroups chains the groups: the load balancer accepts the option's range, the fleet only
// the load balancer, the builder nothing. Descriptions do not depend on options, because
// CloudFormation replaces a group whose description changes, under the load balancer that uses it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
func (s *stack) addSecurityGroups() {
	n := &s.network
	n.entrance = s.securityGroup("EntranceSecurityGroup", "Load balancer: HTTP and HTTPS from outside")
	n.fleet = s.securityGroup("FleetSecurityGroup", "Fleet: HTTP from the load balancer")
	n.builder = s.securityGroup("BuilderSecurityGroup", "Builder: nothing comes in")

	http, https := awsec2.Port_Tcp(jsii.Number(80)), awsec2.Port_Tcp(jsii.Number(443))
	from := awsec2.Peer_Ipv4(jsii.String(s.options.CIDR))
	n.entrance.AddIngressRule(from, http, jsii.String("HTTP"), nil)
	if s.options.Domain != "" {
		n.entrance.AddIngressRule(from, https, jsii.String("HTTPS"), nil)
	}
	s.lead(n.entrance, n.fleet, 80, "Requests and health checks")
	// In a network of the stack IPv4 leads only to S3: the private subnets have no other route.
	n.fleet.AddEgressRule(awsec2.Peer_AnyIpv4(), https, jsii.String("S3 through its gateway endpoint"), nil)
	n.fleet.AddEgressRule(awsec2.Peer_AnyIpv6(), https, jsii.String("CloudWatch Logs"), nil)
	n.builder.AddEgressRule(awsec2.Peer_AnyIpv4(), https, jsii.String("S3, EventBridge and packages"), nil)
	// The public subnets also assign IPv6 addresses, which most programs try first.
	n.builder.AddEgressRule(awsec2.Peer_AnyIpv6(), https, jsii.String("Packages"), nil)
	for _, anywhere := range []awsec2.IPeer{awsec2.Peer_AnyIpv4(), awsec2.Peer_AnyIpv6()} {
		n.builder.AddEgressRule(anywhere, http, jsii.String("Packages of mirrors without TLS, which are signed"), nil)
	}
}

func (s *stack) securityGroup(id, description string) awsec2.SecurityGroup {
	return awsec2.NewSecurityGroup(s.scope, jsii.String(id), &awsec2.SecurityGroupProps{
		Vpc: s.network.vpc, Description: jsii.String(description),
		AllowAllOutbound: jsii.Bool(false), AllowAllIpv6Outbound: jsii.Bool(false),
	})
}

// lead lets one group reach another on one port, and nothing else. The egress rule is part of the
// group itself: EC2 adds a rule for all egress to a group without rules, and the CDK makes rules
// between groups separate resources. The ingress rule of the other group is a resource whose ID the
// CDK would derive from the stack's place in its app.
func (s *stack) lead(from, to awsec2.SecurityGroup, port float64, description string) {
	awsec2.NewCfnSecurityGroupIngress(s.scope, jsii.String(*to.Node().Id()+"From"+*from.Node().Id()), &awsec2.CfnSecurityGroupIngressProps{
		GroupId: to.SecurityGroupId(), SourceSecurityGroupId: from.SecurityGroupId(), Description: jsii.String(description),
		IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(port), ToPort: jsii.Number(port),
	})
	from.Node().DefaultChild().(awsec2.CfnSecurityGroup).SetSecurityGroupEgress([]any{&awsec2.CfnSecurityGroup_EgressProperty{
		IpProtocol: jsii.String("tcp"), FromPort: jsii.Number(port), ToPort: jsii.Number(port),
		DestinationSecurityGroupId: to.SecurityGroupId(), Description: jsii.String(description),
	}})
}

func (s *stack) addFlowLogs() {
	group := s.logGroup("FlowLogs", "/photogallery/"+string(s.options.Environment)+"/flow")
	s.network.vpc.AddFlowLog(jsii.String("Refused"), &awsec2.FlowLogOptions{
		TrafficType: awsec2.FlowLogTrafficType_REJECT,
		Destination: awsec2.FlowLogDestination_ToCloudWatchLogs(group, s.flowLogRole(group).WithoutPolicyUpdates(nil)),
	})
}

// flowLogRole returns a role for the flow logs. The CDK's role trusts the service for any account
// and may pass itself.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
func (s *stack) flowLogRole(group awslogs.LogGroup) awsiam.Role {
	trust := awsiam.NewServicePrincipal(jsii.String("vpc-flow-logs.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: conditions(map[string]map[string]string{
			"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
			"ArnLike":      {"aws:SourceArn": arn("ec2", "vpc-flow-log/*")},
		}, nil),
	})
	return s.newRole("FlowLogRole", trust, "Writes the network's flow logs", []Statement{
		{Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, Resources: []string{*group.LogGroupArn()}},
	}, nil)
}

func (s *stack) addInstanceConnect() {
	group := s.securityGroup("ConnectSecurityGroup", "EC2 Instance Connect Endpoint: SSH to the fleet")
	s.lead(group, s.network.fleet, 22, "SSH from the Instance Connect Endpoint")
	s.network.connect = awsec2.NewCfnInstanceConnectEndpoint(s.scope, jsii.String("Connect"), &awsec2.CfnInstanceConnectEndpointProps{
		SubnetId:         jsii.String(s.network.private[0]),
		SecurityGroupIds: &[]*string{group.SecurityGroupId()},
		PreserveClientIp: jsii.Bool(false),
	})
}
