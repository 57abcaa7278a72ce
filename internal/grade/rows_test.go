package grade

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// change is a lesson that differs in one thing, and what its row says then: the verdict, a colon, and words
// of the evidence or of what to do. All other rows are done.
type change struct {
	name string
	do   func(*Snapshot)
	want map[string]string
}

func one(row, says string) map[string]string { return map[string]string{row: says} }

var appChanges = []change{
	{"nothing", func(*Snapshot) {}, nil},
	{"the app answers 404", func(s *Snapshot) { s.Pages["arn:front"] = Page{URL: "http://front.example.com/", Status: 404} }, one("app", "partly:answers 404")},
	{"it leads elsewhere", func(s *Snapshot) { s.Pages["arn:front"] = Page{Status: 301, Leads: "https://x/"} }, one("app", "done:https://x/")},
	{"nobody answers", func(s *Snapshot) {
		s.Pages["arn:front"] = Page{Why: "no answer within 10s"}
		s.Health["arn:people"] = s.Health["arn:people"][:0]
	}, map[string]string{"app": "missing:no answer within 10s", "targets": "missing:Attach", "boot": "missing:systemctl enable"}},
	{"the user data starts the service", func(s *Snapshot) { s.userData("#!/bin/bash\n# nohup is said here\nsudo systemctl enable --now app\n") }, one("boot", "partly:sudo systemctl enable --now app")},
	{"it runs a server", func(s *Snapshot) { s.userData("cd /srv\npython3 app.py &\n") }, one("boot", "partly:python3 app.py")},
	{"it restarts the service", func(s *Snapshot) { s.userData("systemctl daemon-reload\nsystemctl restart --no-block app\n") }, one("boot", "done:restarts")},
	{"it writes a file", func(s *Snapshot) { s.userData("#!/bin/bash\nhostname >/srv/foot\n") }, one("boot", "done:Inferred")},
	{"only an instance made by hand answers", func(s *Snapshot) {
		s.Health["arn:people"] = []elbHealth{target("i-9", elb.TargetHealthStateEnumHealthy), target("i-8", elb.TargetHealthStateEnumHealthy)}
	}, one("boot", "missing:")},
	{"no image", func(s *Snapshot) { s.Images = nil }, one("image", "missing:Create image")},
	{"the image is pending", func(s *Snapshot) { s.Images[0].State = ec2.ImageStatePending }, one("image", "partly:pending")},
	{"the image has no snapshot", func(s *Snapshot) { s.Images[0].BlockDeviceMappings = nil }, one("image", "partly:no snapshot")},
	{"the snapshot is somebody else's", func(s *Snapshot) { s.Snapshots = nil }, one("image", "partly:snap-1")},
}

var networkChanges = []change{
	{"another block", func(s *Snapshot) { s.VPCs[1].CidrBlock = text("10.1.0.0/16") }, one("vpc", "partly:10.1.0.0/16")},
	{"a second block", func(s *Snapshot) {
		s.VPCs[1].CidrBlock = text("10.1.0.0/16")
		s.VPCs[1].CidrBlockAssociationSet = []ec2.VpcCidrBlockAssociation{{CidrBlock: text("10.0.0.0/16")}}
	}, nil},
	{"subnets in one zone", func(s *Snapshot) {
		s.Subnets[3].AvailabilityZone = text("us-east-1a")
		s.Balancers[0].AvailabilityZones[1].ZoneName = text("us-east-1a")
	}, one("subnets", "partly:us-east-1a")},
	{"no gateway", func(s *Snapshot) { s.Gateways = s.Gateways[:1] }, one("gateway", "missing:vpc-1")},
	{"a loose gateway", func(s *Snapshot) { s.Gateways[1].Attachments = nil }, one("gateway", "partly:Attach igw-1 to vpc-1")},
	{"no route", func(s *Snapshot) { s.Routes[2].Routes = nil }, one("routes", "missing:0.0.0.0/0")},
	{"a table with one subnet", func(s *Snapshot) { s.Routes[2].Associations = s.Routes[2].Associations[:1] }, one("routes", "partly:Associate rtb-1 with subnet-b")},
	{"the main table leads out", func(s *Snapshot) { s.Routes[1].Routes, s.Routes[2].Associations = s.Routes[2].Routes, nil }, one("routes", "done:rtb-main")},
	{"private subnets beside", func(s *Snapshot) {
		s.Subnets = append(s.Subnets, ec2.Subnet{SubnetId: text("subnet-c"), VpcId: text("vpc-1"), AvailabilityZone: text("us-east-1a")})
	}, nil},
	{"port 80 open to the world", func(s *Snapshot) {
		s.SecurityGroups[1].IpPermissions[0].UserIdGroupPairs, s.SecurityGroups[1].IpPermissions[0].IpRanges = nil, []ec2.IpRange{{CidrIp: text("0.0.0.0/0")}}
	}, one("security-groups", "missing:Take port 80 from 0.0.0.0/0 out of sg-back")},
	{"port 22 open to the world too", func(s *Snapshot) {
		s.SecurityGroups[1].IpPermissions = append(s.SecurityGroups[1].IpPermissions, ec2.IpPermission{IpProtocol: text("tcp"), FromPort: number(22), ToPort: number(22), Ipv6Ranges: []ec2.Ipv6Range{{CidrIpv6: text("::/0")}}})
	}, one("security-groups", "partly:Take port 22 from ::/0 out of sg-back")},
	{"port 22 open to one address", func(s *Snapshot) {
		s.SecurityGroups[1].IpPermissions = append(s.SecurityGroups[1].IpPermissions, ec2.IpPermission{IpProtocol: text("tcp"), FromPort: number(22), ToPort: number(22), IpRanges: []ec2.IpRange{{CidrIp: text("192.0.2.7/32")}}})
	}, nil},
	{"all traffic from another group", func(s *Snapshot) {
		s.SecurityGroups[1].IpPermissions = append(s.SecurityGroups[1].IpPermissions, ec2.IpPermission{IpProtocol: text("-1"), UserIdGroupPairs: []ec2.UserIdGroupPair{{GroupId: text("sg-x")}, {GroupId: text("sg-back")}}})
	}, one("security-groups", "partly:Take all traffic from sg-x")},
	{"the load balancer's group closed", func(s *Snapshot) { s.SecurityGroups[0].IpPermissions = nil }, one("security-groups", "partly:sg-front, of the load balancer")},
	{"no rule at all", func(s *Snapshot) { s.SecurityGroups[1].IpPermissions = nil }, one("security-groups", "missing:The instances have sg-back")},
}

var entranceChanges = []change{
	{"internal", func(s *Snapshot) {
		s.Balancers[0].Scheme = elb.LoadBalancerSchemeEnumInternal
		delete(s.Pages, "arn:front")
	}, one("balancer", "partly:internet-facing")},
	{"in one zone", func(s *Snapshot) { s.Balancers[0].AvailabilityZones = s.Balancers[0].AvailabilityZones[:1] }, one("balancer", "partly:second zone")},
	{"provisioning", func(s *Snapshot) { s.Balancers[0].State.Code = elb.LoadBalancerStateEnumProvisioning }, one("balancer", "partly:active")},
	{"a Network Load Balancer", func(s *Snapshot) { s.Balancers[0].Type = elb.LoadBalancerTypeEnumNetwork }, one("balancer", "partly:type network")},
	{"another port", func(s *Snapshot) { s.Listeners[0].Port = number(8080) }, one("listener", "missing:port 80")},
	{"a fixed response", func(s *Snapshot) {
		s.Listeners[0].DefaultActions = []elb.Action{{Type: elb.ActionTypeEnumFixedResponse}}
	}, one("listener", "partly:forwards nothing")},
	{"a redirect to HTTPS", func(s *Snapshot) {
		secure := s.Listeners[0]
		secure.Port = number(443)
		s.Listeners[0].DefaultActions = []elb.Action{{Type: elb.ActionTypeEnumRedirect, RedirectConfig: &elb.RedirectActionConfig{Protocol: text("HTTPS")}}}
		s.Listeners = append(s.Listeners, secure)
	}, one("listener", "done:redirects to HTTPS, which forwards to people")},
	{"two target groups, one without weight", func(s *Snapshot) {
		s.TargetGroups = append(s.TargetGroups, elb.TargetGroup{TargetGroupArn: text("arn:idle"), HealthCheckPath: text("/x"), VpcId: text("vpc-1"), LoadBalancerArns: []string{"arn:front"}})
		s.Health["arn:idle"] = []elbHealth{target("i-9", elb.TargetHealthStateEnumUnhealthy)}
		s.Listeners[0].DefaultActions[0] = elb.Action{Type: elb.ActionTypeEnumForward, ForwardConfig: &elb.ForwardActionConfig{TargetGroups: []elb.TargetGroupTuple{
			{TargetGroupArn: text("arn:idle"), Weight: number(0)}, {TargetGroupArn: text("arn:people"), Weight: number(100)},
		}}}
	}, nil},
	{"another path", func(s *Snapshot) { s.TargetGroups[0].HealthCheckPath = text("/health") }, one("target-group", "partly:/health")},
	{"a target group of another port", func(s *Snapshot) { s.TargetGroups[0].Port = number(5000) }, one("target-group", "partly:port 5000")},
	{"one target unhealthy", func(s *Snapshot) { s.Health["arn:people"][1].TargetHealth.State = elb.TargetHealthStateEnumUnhealthy }, one("targets", "partly:i-2 is unhealthy")},
	{"one target draining", func(s *Snapshot) {
		s.Health["arn:people"] = append(s.Health["arn:people"], target("i-3", elb.TargetHealthStateEnumDraining))
	}, nil},
	{"one target alone", func(s *Snapshot) { s.Health["arn:people"] = s.Health["arn:people"][:1] }, one("targets", "partly:1 of 2")},
	{"one target of one wanted", func(s *Snapshot) {
		s.Health["arn:people"], s.Groups[0].DesiredCapacity, s.Groups[0].MinSize = s.Health["arn:people"][:1], number(1), number(1)
	}, one("group", "partly:minimum to 2")},
}

var fleetChanges = []change{
	{"Amazon's image", func(s *Snapshot) { s.Versions[0].LaunchTemplateData.ImageId = text("ami-x") }, one("launch-template", "partly:ami-x")},
	{"no security group", func(s *Snapshot) { s.Versions[0].LaunchTemplateData.SecurityGroupIds = nil }, one("launch-template", "partly:no security group")},
	{"a security group of the interface", func(s *Snapshot) {
		s.Versions[0].LaunchTemplateData.SecurityGroupIds = nil
		s.Versions[0].LaunchTemplateData.NetworkInterfaces = []ec2.LaunchTemplateInstanceNetworkInterfaceSpecification{{Groups: []string{"sg-back"}}}
	}, nil},
	{"a launch configuration", func(s *Snapshot) {
		s.Groups[0].LaunchTemplate, s.Groups[0].LaunchConfigurationName, s.Versions = nil, text("old"), nil
	}, one("launch-template", "missing:launch template")},
	{"a template that the group does not use", func(s *Snapshot) { s.Groups[0].LaunchTemplate = nil }, one("launch-template", "partly:Let many launch from it")},
	{"a mixed group", func(s *Snapshot) {
		s.Groups[0].MixedInstancesPolicy = &autoscaling.MixedInstancesPolicy{LaunchTemplate: &autoscaling.LaunchTemplate{LaunchTemplateSpecification: s.Groups[0].LaunchTemplate}}
		s.Groups[0].LaunchTemplate = nil
	}, nil},
	{"a later version, of which the group knows nothing", func(s *Snapshot) {
		s.Groups[0].LaunchTemplate.Version = nil
		s.Versions = append(s.Versions, ec2.LaunchTemplateVersion{LaunchTemplateId: text("lt-1"), VersionNumber: aws.Int64(2), LaunchTemplateData: &ec2.ResponseLaunchTemplateData{}})
	}, one("launch-template", "done:mine version 1")},
	{"a later version that is the latest", func(s *Snapshot) {
		s.Versions = append([]ec2.LaunchTemplateVersion{{LaunchTemplateId: text("lt-1"), LaunchTemplateName: text("mine"), VersionNumber: aws.Int64(2), LaunchTemplateData: &ec2.ResponseLaunchTemplateData{}}}, s.Versions...)
	}, one("launch-template", "partly:mine version 2 launches no image")},
	{"at most 2", func(s *Snapshot) { s.Groups[0].MaxSize = number(2) }, one("group", "partly:of 2 to 2")},
	{"in one subnet", func(s *Snapshot) { s.Groups[0].VPCZoneIdentifier = text("subnet-a") }, one("group", "partly:another zone")},
	{"not attached", func(s *Snapshot) { s.Groups[0].TargetGroupARNs = nil }, one("attached", "missing:Attach many to the target group people")},
	{"attached to another", func(s *Snapshot) { s.Groups[0].TargetGroupARNs = []string{"arn:other"} }, one("attached", "partly:arn:other")},
	{"attached as a traffic source", func(s *Snapshot) {
		s.Groups[0].TargetGroupARNs, s.Groups[0].TrafficSources = nil, []autoscaling.TrafficSourceIdentifier{{Identifier: text("arn:people")}}
	}, nil},
	{"no policy", func(s *Snapshot) { s.Policies = nil }, one("policy", "missing:many has no policy")},
	{"another group's policy", func(s *Snapshot) { s.Policies[0].AutoScalingGroupName = text("few") }, one("policy", "missing:")},
	{"no alarm", func(s *Snapshot) { s.Alarms = nil }, one("policy", "partly:more, StepScaling, has no alarm")},
	{"target tracking", func(s *Snapshot) { s.Alarms, s.Policies[0].PolicyType = nil, text("TargetTrackingScaling") }, one("policy", "done:Auto Scaling makes")},
	{"an alarm that the policy names", func(s *Snapshot) {
		s.Alarms, s.Policies[0].Alarms = nil, []autoscaling.Alarm{{AlarmName: text("high")}}
	}, one("policy", "done:high")},
}

var activityChanges = []change{
	{"only the first instances", func(s *Snapshot) { s.Activities = s.Activities[1:] }, one("activity", "missing:first instances")},
	{"another group's", func(s *Snapshot) { s.Activities[0].AutoScalingGroupName = text("few") }, one("activity", "missing:")},
	{"a failed launch", func(s *Snapshot) {
		s.Activities[0].StatusCode, s.Activities[0].StatusMessage = autoscaling.ScalingActivityStatusCodeFailed, text("We currently do not have sufficient capacity")
	}, one("activity", "missing:sufficient capacity.")},
	{"replaced", func(s *Snapshot) {
		s.Activities[0] = activity(3, "Launching a new EC2 instance: i-2", "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 2.")
		s.Activities = append(s.Activities, activity(2, "Terminating EC2 instance: i-0", "an instance was taken out of service in response to an ELB system health check failure."))
	}, one("activity", "done:replaced")},
	{"replaced before the other went", func(s *Snapshot) {
		s.Activities[0] = activity(3, "Launching a new EC2 instance: i-2", "an instance was launched in response to an unhealthy instance needing to be replaced.")
	}, one("activity", "done:replaced")},
	{"lost, and no other yet", func(s *Snapshot) {
		s.Activities[0] = activity(2, "Terminating EC2 instance: i-0", "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.")
	}, one("activity", "partly:Wait")},
	{"shrunk", func(s *Snapshot) {
		s.Activities[0] = activity(2, "Terminating EC2 instance: i-0", "an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 2 to 1.")
	}, one("activity", "missing:")},
	{"one loose volume", func(s *Snapshot) {
		s.Volumes = []ec2.Volume{{VolumeId: text("vol-1"), Size: number(8), State: ec2.VolumeStateAvailable}}
	}, one("leftovers", "partly:vol-1 of 8 GB")},
	{"addresses", func(s *Snapshot) {
		s.Addresses = []ec2.Address{{PublicIp: text("192.0.2.1"), AssociationId: text("eipassoc-1")}, {PublicIp: text("192.0.2.2")}}
	}, one("leftovers", "partly:192.0.2.2")},
	{"two instances outside the group", func(s *Snapshot) {
		s.Instances = append(s.Instances, instance("i-8", ec2.InstanceStateNameRunning), instance("i-9", ec2.InstanceStateNamePending))
	}, one("leftovers", "missing:i-9, t2.micro")},
	{"an old load balancer", func(s *Snapshot) {
		s.Balancers = append(s.Balancers, elb.LoadBalancer{LoadBalancerArn: text("arn:old"), LoadBalancerName: text("old"), VpcId: text("vpc-1")})
	}, one("leftovers", "partly:Load balancer old")},
}

func TestEachChangeCostsItsRowAlone(t *testing.T) {
	for _, changes := range [][]change{appChanges, networkChanges, entranceChanges, fleetChanges, activityChanges} {
		for _, c := range changes {
			t.Run(c.name, func(t *testing.T) {
				s := whole()
				c.do(s)
				for _, row := range Grade(s, DefaultPoints()).Rows {
					verdict, words, _ := strings.Cut(c.want[row.Row], ":")
					if verdict == "" {
						verdict = string(Done)
					}
					said := strings.Join(append(row.Evidence, row.Next), " ")
					if string(row.Verdict) != verdict || !strings.Contains(said, words) {
						t.Errorf("%s is %s, want %s: %q, want %q in it", row.Row, row.Verdict, verdict, said, words)
					}
					if (row.Verdict == Done) != (row.Next == "") {
						t.Errorf("%s is %s, and what to do is %q", row.Row, row.Verdict, row.Next)
					}
				}
			})
		}
	}
}
