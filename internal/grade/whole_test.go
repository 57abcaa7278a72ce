package grade

import (
	"encoding/base64"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

var (
	text   = aws.String
	number = aws.Int32
	yes    = aws.Bool(true)
)

// whole is an account with the default VPC in which the whole lesson was done.
func whole() *Snapshot {
	s := &Snapshot{
		Account: "123456789012", Caller: "arn:aws:sts::123456789012:assumed-role/voclabs/ann", Region: "us-east-1", At: time.Unix(1796000000, 0),
		Health: map[string][]elb.TargetHealthDescription{}, Pages: map[string]Page{}, Refused: map[Operation]*release.Error{},
	}
	s.network()
	s.entrance()
	s.fleet()
	return s
}

func (s *Snapshot) network() {
	s.VPCs = []ec2.Vpc{
		{VpcId: text("vpc-0"), CidrBlock: text("172.31.0.0/16"), IsDefault: yes},
		{VpcId: text("vpc-1"), CidrBlock: text("10.0.0.0/16"), IsDefault: aws.Bool(false)},
	}
	s.Subnets = []ec2.Subnet{
		{SubnetId: text("subnet-0"), VpcId: text("vpc-0"), AvailabilityZone: text("us-east-1a")}, {SubnetId: text("subnet-00"), VpcId: text("vpc-0"), AvailabilityZone: text("us-east-1b")},
		{SubnetId: text("subnet-a"), VpcId: text("vpc-1"), AvailabilityZone: text("us-east-1a"), CidrBlock: text("10.0.0.0/24")},
		{SubnetId: text("subnet-b"), VpcId: text("vpc-1"), AvailabilityZone: text("us-east-1b"), CidrBlock: text("10.0.1.0/24")},
	}
	s.Gateways = []ec2.InternetGateway{
		{InternetGatewayId: text("igw-0"), Attachments: []ec2.InternetGatewayAttachment{{VpcId: text("vpc-0")}}},
		{InternetGatewayId: text("igw-1"), Attachments: []ec2.InternetGatewayAttachment{{VpcId: text("vpc-1")}}},
	}
	s.Routes = []ec2.RouteTable{
		{RouteTableId: text("rtb-0"), VpcId: text("vpc-0"), Associations: []ec2.RouteTableAssociation{{Main: yes}}, Routes: []ec2.Route{{DestinationCidrBlock: text("0.0.0.0/0"), GatewayId: text("igw-0")}}},
		{RouteTableId: text("rtb-main"), VpcId: text("vpc-1"), Associations: []ec2.RouteTableAssociation{{Main: yes}}},
		{RouteTableId: text("rtb-1"), VpcId: text("vpc-1"), Associations: []ec2.RouteTableAssociation{{SubnetId: text("subnet-a")}, {SubnetId: text("subnet-b")}},
			Routes: []ec2.Route{{DestinationCidrBlock: text("10.0.0.0/16"), GatewayId: text("local")}, {DestinationCidrBlock: text("0.0.0.0/0"), GatewayId: text("igw-1")}}},
	}
	s.SecurityGroups = []ec2.SecurityGroup{
		{GroupId: text("sg-front"), VpcId: text("vpc-1"), IpPermissions: []ec2.IpPermission{{IpProtocol: text("tcp"), FromPort: number(80), ToPort: number(80), IpRanges: []ec2.IpRange{{CidrIp: text("0.0.0.0/0")}}}}},
		{GroupId: text("sg-back"), VpcId: text("vpc-1"), IpPermissions: []ec2.IpPermission{{IpProtocol: text("tcp"), FromPort: number(80), ToPort: number(80), UserIdGroupPairs: []ec2.UserIdGroupPair{{GroupId: text("sg-front")}}}}},
	}
}

func (s *Snapshot) entrance() {
	s.Balancers = []elb.LoadBalancer{{
		LoadBalancerArn: text("arn:front"), LoadBalancerName: text("front"), VpcId: text("vpc-1"), DNSName: text("front.example.com"), SecurityGroups: []string{"sg-front"},
		Scheme: elb.LoadBalancerSchemeEnumInternetFacing, Type: elb.LoadBalancerTypeEnumApplication, State: &elb.LoadBalancerState{Code: elb.LoadBalancerStateEnumActive},
		AvailabilityZones: []elb.AvailabilityZone{{ZoneName: text("us-east-1a"), SubnetId: text("subnet-a")}, {ZoneName: text("us-east-1b"), SubnetId: text("subnet-b")}},
	}}
	s.Listeners = []elb.Listener{{
		LoadBalancerArn: text("arn:front"), Port: number(80), Protocol: elb.ProtocolEnumHttp, DefaultActions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: text("arn:people")}},
	}}
	s.TargetGroups = []elb.TargetGroup{{
		TargetGroupArn: text("arn:people"), TargetGroupName: text("people"), VpcId: text("vpc-1"), Protocol: elb.ProtocolEnumHttp, Port: number(80),
		HealthCheckPath: text("/"), TargetType: elb.TargetTypeEnumInstance, LoadBalancerArns: []string{"arn:front"},
	}}
	s.Health["arn:people"] = []elb.TargetHealthDescription{target("i-1", elb.TargetHealthStateEnumHealthy), target("i-2", elb.TargetHealthStateEnumHealthy)}
	s.Pages["arn:front"] = Page{URL: "http://front.example.com/", Status: 200, Bytes: 99}
}

func target(id string, state elb.TargetHealthStateEnum) elb.TargetHealthDescription {
	return elb.TargetHealthDescription{Target: &elb.TargetDescription{Id: &id}, TargetHealth: &elb.TargetHealth{State: state}}
}

func (s *Snapshot) fleet() {
	s.Images = []ec2.Image{{
		ImageId: text("ami-1"), Name: text("my app"), State: ec2.ImageStateAvailable, CreationDate: text("2026-11-29T10:00:00Z"),
		BlockDeviceMappings: []ec2.BlockDeviceMapping{{Ebs: &ec2.EbsBlockDevice{SnapshotId: text("snap-1")}}},
	}}
	s.Snapshots = []ec2.Snapshot{{SnapshotId: text("snap-1")}}
	s.Templates = []ec2.LaunchTemplate{{LaunchTemplateId: text("lt-1"), LaunchTemplateName: text("mine")}}
	s.Versions = []ec2.LaunchTemplateVersion{{
		LaunchTemplateId: text("lt-1"), LaunchTemplateName: text("mine"), VersionNumber: aws.Int64(1), DefaultVersion: yes,
		LaunchTemplateData: &ec2.ResponseLaunchTemplateData{ImageId: text("ami-1"), SecurityGroupIds: []string{"sg-back"}},
	}}
	for _, id := range []string{"i-1", "i-2"} {
		s.Instances = append(s.Instances, instance(id, ec2.InstanceStateNameRunning))
	}
	s.Instances = append(s.Instances, instance("i-0", ec2.InstanceStateNameTerminated))
	s.Groups = []autoscaling.AutoScalingGroup{{
		AutoScalingGroupName: text("many"), MinSize: number(2), MaxSize: number(5), DesiredCapacity: number(2), VPCZoneIdentifier: text("subnet-a,subnet-b"), TargetGroupARNs: []string{"arn:people"},
		LaunchTemplate: &autoscaling.LaunchTemplateSpecification{LaunchTemplateId: text("lt-1"), Version: text("$Latest")},
		Instances:      []autoscaling.Instance{{InstanceId: text("i-1")}, {InstanceId: text("i-2")}},
	}}
	s.Policies = []autoscaling.ScalingPolicy{{AutoScalingGroupName: text("many"), PolicyName: text("more"), PolicyType: text("StepScaling"), PolicyARN: text("arn:more")}}
	s.Alarms = []cloudwatch.MetricAlarm{{AlarmName: text("busy"), AlarmActions: []string{"arn:more"}}}
	s.Activities = []autoscaling.Activity{
		activity(3, "Launching a new EC2 instance: i-2", "a monitor alarm busy in state ALARM triggered policy more changing the desired capacity from 1 to 2."),
		activity(1, "Launching a new EC2 instance: i-1", "a user request created an AutoScalingGroup changing the desired capacity from 0 to 1."),
	}
}

func instance(id string, state ec2.InstanceStateName) ec2.Instance {
	return ec2.Instance{
		InstanceId: &id, ImageId: text("ami-1"), InstanceType: "t2.micro", State: &ec2.InstanceState{Name: state}, SecurityGroups: []ec2.GroupIdentifier{{GroupId: text("sg-back")}},
	}
}

func activity(minute int64, did, cause string) autoscaling.Activity {
	return autoscaling.Activity{
		AutoScalingGroupName: text("many"), StatusCode: autoscaling.ScalingActivityStatusCodeSuccessful, StartTime: aws.Time(time.Unix(60*minute, 0)), Description: &did, Cause: &cause,
	}
}

func (s *Snapshot) userData(script string) {
	s.Versions[0].LaunchTemplateData.UserData = text(base64.StdEncoding.EncodeToString([]byte(script)))
}
