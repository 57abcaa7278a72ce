package main

// origin says who makes a thing. It is the CSS class of its tile.
type origin string

const (
	stack   origin = "stack"   // by cdk deploy, free or nearly so
	option  origin = "option"  // by the stack, with an option
	release origin = "release" // by a release, removed by a teardown
	outside origin = "outside" // by somebody else
)

// tile is a thing in the picture, with its position in pixels. A %d in its texts is the number of
// resources of its first kind.
type tile struct {
	of           origin
	x, y, w, h   float64
	title, words string
	kinds        []kind   // in the template
	makers       []string // operations of steps that make it, if the release does
}

func of(all ...kind) []kind { return all }

func by(operations ...string) []string { return operations }

// tiles is the picture without its frames and arrows: what starts executions and what executes, the
// network, what is beside it, and what watches.
var tiles = []tile{
	{outside, 12, 76, 92, 40, "You", "CLI or console", nil, nil},
	{stack, 136, 44, 160, 46, "%d schedules", "night, morning, rebake", of("AWS::Scheduler::Schedule", "AWS::Scheduler::ScheduleGroup"), nil},
	{stack, 136, 104, 160, 46, "%d event rules", "builders, ends, notices", of("AWS::Events::Rule"), nil},
	{stack, 328, 44, 176, 46, "%d state machines", "release and teardown", of("AWS::StepFunctions::StateMachine/Release", "AWS::StepFunctions::StateMachine/Teardown"), nil},
	{stack, 328, 104, 176, 46, "Custom resource", "cdk destroy tears down first", of("Custom::PhotogalleryEnvironment"), nil},
	{stack, 536, 44, 176, 46, "%d functions", "one a step, with a role each", of("AWS::Lambda::Version", "AWS::IAM::Role"), nil},
	{stack, 536, 104, 176, 46, "DynamoDB table", "the lock, results, what serves", of("AWS::DynamoDB::Table"), nil},
	{release, 748, 44, 208, 46, "One-time schedule", "the teardown when the ttl is over", nil, by("scheduler:CreateSchedule")},
	{stack, 748, 104, 208, 46, "Dead-letter queue", "what could not be delivered", of("AWS::SQS::Queue"), nil},

	{outside, 12, 262, 92, 40, "Visitors", "", nil, nil},
	{stack, 148, 262, 92, 40, "Internet", "gateway", of("AWS::EC2::InternetGateway"), nil},
	{release, 272, 262, 396, 40, "Application Load Balancer", "port 80, and 443 with a domain", of("AWS::EC2::SecurityGroup/Entrance"), by("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule")},
	{release, 272, 316, 176, 46, "Builder", "no way in; gone once baked", of("AWS::EC2::SecurityGroup/Builder"), by("ec2:RunInstances")},
	{stack, 382, 380, 176, 26, "Target groups, blue and green", "", of("AWS::ElasticLoadBalancingV2::TargetGroup"), nil},
	{release, 272, 440, 396, 74, "Auto Scaling group: port 80, from the load balancer alone", "", of("AWS::EC2::SecurityGroup/Fleet"), by("autoscaling:CreateAutoScalingGroup")},
	{option, 272, 526, 140, 40, "Instance Connect", "SSH without addresses", of("AWS::EC2::InstanceConnectEndpoint", "AWS::EC2::SecurityGroup/Connect"), nil},
	{stack, 264, 596, 192, 40, "Egress-only gateway", "logs and shells, over IPv6", of("AWS::EC2::EgressOnlyInternetGateway"), nil},
	{stack, 484, 596, 192, 40, "S3 gateway endpoint", "", of("AWS::EC2::VPCEndpoint"), nil},

	{release, 748, 190, 208, 46, "AMI and its snapshot", "the one that serves stays", nil, by("ec2:CreateImage")},
	{release, 748, 250, 208, 46, "Launch template", "a version a release", nil, by("ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion")},
	{release, 748, 310, 208, 46, "Scaling policies, schedules and alarms", "requests, CPU, health, outages", nil, by("autoscaling:PutScalingPolicy", "autoscaling:PutScheduledUpdateGroupAction", "cloudwatch:PutMetricAlarm")},
	{release, 748, 370, 208, 46, "Alias record", "the domain's, where there is one", nil, by("route53:ChangeResourceRecordSets")},
	{option, 748, 430, 208, 46, "Certificate, HTTP API, record", "the domain, awake and asleep", of("AWS::CertificateManager::Certificate", "AWS::ApiGatewayV2::Api", "AWS::Route53::RecordSet"), nil},
	{option, 748, 490, 208, 46, "Access log bucket", "the load balancer's", of("AWS::S3::Bucket/AccessLogs"), nil},
	{stack, 748, 593, 208, 46, "Photo bucket", "stays when all else is deleted", of("AWS::S3::Bucket/Photos"), nil},

	{stack, 136, 690, 188, 46, "%d alarms", "each says what to do", of("AWS::CloudWatch::Alarm"), nil},
	{stack, 356, 690, 150, 46, "SNS topic", "how runs end, alarms", of("AWS::SNS::Topic"), nil},
	{option, 538, 690, 100, 46, "E-mail or chat", "", of("AWS::SNS::Subscription", "AWS::Events::ApiDestination", "AWS::Events::Connection"), nil},
	{stack, 670, 690, 120, 46, "Dashboard", "", of("AWS::CloudWatch::Dashboard"), nil},
	{stack, 806, 690, 150, 46, "%d log groups", "steps, instances, flows", of("AWS::Logs::LogGroup", "AWS::EC2::FlowLog"), nil},
}

// shown returns all kinds in the picture, including those of its frames.
func shown() []kind {
	all := of("AWS::EC2::VPC", publicSubnet, privateSubnet)
	for _, t := range tiles {
		all = append(all, t.kinds...)
	}
	return all
}
