package step

import "strings"

// Unbound declares an operation that IAM cannot limit to the environment's own resources, with the
// reason. Each was looked up in the Service Authorization Reference. All of them only read.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func Unbound(name string) Operation {
	reason := unbound[name]
	if service, action, _ := strings.Cut(name, ":"); reason == "" && strings.HasPrefix(action, "Describe") {
		reason = unboundDescribes[service]
	}
	return Operation{Name: name, Scope: Any, Reason: reason}
}

// unboundDescribes lists the services whose Describe operations have no resource types.
var unboundDescribes = map[string]string{
	"autoscaling":          "none of Auto Scaling's Describe operations has a resource type",
	"ec2":                  "none of EC2's Describe operations that are called has a resource type",
	"elasticloadbalancing": "none of Elastic Load Balancing's Describe operations that are called has a resource type",
}

// unbound lists operations whose resource type does not limit them enough.
var unbound = map[string]string{
	// The resource type is the alarm, but DescribeAlarms with a prefix requires alarm:*.
	// https://github.com/aws-samples/amazon-cloudwatch-auto-alarms/issues/1
	"cloudwatch:DescribeAlarms": "CloudWatch checks a list of alarms against all alarms of the account, alarm:*, not against those that are asked for",
	// The only resource type is the dataset of OTLP metrics; those of AWS's own services are in none.
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudwatch.html
	"cloudwatch:GetMetricData": "the metrics of AWS's own services have no resource type",
	// https://github.com/aws/aws-cdk/issues/38201
	"scheduler:ListSchedules": "EventBridge Scheduler checks the list of one group against all schedules, schedule/*/*, and refuses the group's own",
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
	"ec2:GetEbsDefaultKmsKeyId": "the default key of EBS has no resource type",
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
	"servicequotas:GetServiceQuota": "the quota is an optional resource of the operation, and the reference leaves open whether it is checked",
}
