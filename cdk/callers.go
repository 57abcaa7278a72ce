package cdk

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"photogallery/lambdas/step"
)

// Pages that say what an operation's caller must be allowed.
const (
	reference     = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
	alarmCall     = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
	alarmActions  = reference + "list_amazoncloudwatch.html"
	balancerTags  = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html"
	balancerPages = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html"
	instancePass  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html"
	instanceTags  = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"
	instanceRead  = reference + "list_amazonec2.html"
	launchedBy    = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html#runinstances-permissions-validation"
	networkReport = "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3917"
	scalingPages  = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-api-permissions.html"
	volumeKeys    = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"
	templatePages = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html"
)

// callers lists the operations that change something, each with the pages that were consulted for
// the permissions of its caller: the operation's own action, and what the service does with the
// caller's credentials, which the Service Authorization Reference covers only in part. An operation
// that only reads needs its own action.
var callers = map[string][]string{
	"autoscaling:CancelInstanceRefresh":   {scalingPages},
	"autoscaling:CreateAutoScalingGroup":  {scalingPages, launchedBy},
	"autoscaling:DeleteAutoScalingGroup":  {scalingPages},
	"autoscaling:PutScalingPolicy":        {scalingPages},
	"autoscaling:RollbackInstanceRefresh": {scalingPages},
	"autoscaling:StartInstanceRefresh":    {launchedBy},
	"autoscaling:UpdateAutoScalingGroup":  {launchedBy},

	"autoscaling:DeleteScheduledAction":         {scalingPages},
	"autoscaling:PutScheduledUpdateGroupAction": {scalingPages},

	"cloudwatch:DeleteAlarms":   {alarmActions},
	"cloudwatch:PutMetricAlarm": {alarmCall},

	"dynamodb:DeleteItem": {reference + "list_amazondynamodb.html"},
	"dynamodb:PutItem":    {reference + "list_amazondynamodb.html"},
	"dynamodb:UpdateItem": {reference + "list_amazondynamodb.html"},

	"ec2:CreateImage":                  {instanceRead, instanceTags},
	"ec2:CreateLaunchTemplate":         {templatePages},
	"ec2:CreateLaunchTemplateVersion":  {templatePages},
	"ec2:DeleteLaunchTemplate":         {templatePages},
	"ec2:DeleteLaunchTemplateVersions": {templatePages},
	"ec2:DeleteSnapshot":               {instanceRead},
	"ec2:DeregisterImage":              {instanceRead, "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshotReturnCode.html"},
	"ec2:ModifyLaunchTemplate":         {templatePages},
	"ec2:RunInstances":                 {instanceRead, instanceTags, instancePass, volumeKeys},
	"ec2:TerminateInstances":           {instanceRead},

	"elasticloadbalancing:CreateListener":               {balancerPages, balancerTags},
	"elasticloadbalancing:CreateLoadBalancer":           {balancerPages, balancerTags, networkReport},
	"elasticloadbalancing:CreateRule":                   {balancerPages, balancerTags},
	"elasticloadbalancing:DeleteListener":               {balancerPages},
	"elasticloadbalancing:DeleteLoadBalancer":           {balancerPages},
	"elasticloadbalancing:DeleteRule":                   {balancerPages},
	"elasticloadbalancing:ModifyListener":               {balancerPages},
	"elasticloadbalancing:ModifyTargetGroup":            {balancerPages},
	"elasticloadbalancing:ModifyLoadBalancerAttributes": {balancerPages, "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html"},
	"elasticloadbalancing:SetSecurityGroups":            {balancerPages, networkReport},
	"elasticloadbalancing:SetSubnets":                   {balancerPages},

	"events:PutEvents": {reference + "list_amazoneventbridge.html"},

	"route53:ChangeResourceRecordSets": {"https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/r53-api-permissions-ref.html"},

	"s3:DeleteObject": {"https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html"},

	"scheduler:CreateSchedule": {reference + "list_amazoneventbridgescheduler.html"},
	"scheduler:DeleteSchedule": {reference + "list_amazoneventbridgescheduler.html"},

	"states:SendTaskFailure": {reference + "list_awsstepfunctions.html"},
	"states:SendTaskSuccess": {reference + "list_awsstepfunctions.html"},
	"states:StartExecution":  {reference + "list_awsstepfunctions.html"},
	"states:StopExecution":   {reference + "list_awsstepfunctions.html"},
}

// isReading reports whether an operation changes nothing.
func isReading(operation string) bool {
	_, name, _ := strings.Cut(operation, ":")
	return slices.ContainsFunc([]string{"Describe", "Get", "Head", "List"}, func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// CallersDocument lists in Markdown what each operation's caller needs in addition to the
// operation's own action, and where AWS says so. The error names an operation without pages.
func CallersDocument(steps []step.Step) (string, error) {
	beside := map[string][]string{}
	for _, declared := range steps {
		for _, operation := range declared.Operations {
			if isReading(operation.Name) {
				continue
			}
			if len(callers[operation.Name]) == 0 {
				return "", fmt.Errorf("step %s calls %s: look up what AWS wants of its caller, and write the page into callers.go", declared.Name, operation.Name)
			}
			needed, err := beyond(operation)
			if err != nil {
				return "", err
			}
			beside[operation.Name] = needed
		}
	}
	var text strings.Builder
	text.WriteString("| operation | its caller also needs | looked up in |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(beside)) {
		needed := "nothing"
		if len(beside[name]) > 0 {
			needed = code(beside[name])
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s |\n", name, needed, links(callers[name]))
	}
	return text.String(), nil
}

// links returns pages as Markdown links, each named after the end of its address.
func links(pages []string) string {
	texts := make([]string, len(pages))
	for i, page := range pages {
		name, _, _ := strings.Cut(path.Base(page), "#")
		texts[i] = fmt.Sprintf("[%s](%s)", strings.TrimSuffix(name, ".html"), page)
	}
	return strings.Join(texts, ", ")
}

// beyond lists what an operation's caller needs in addition to the operation's own action.
func beyond(operation step.Operation) ([]string, error) {
	statements, err := permissionsOf("main", operation)
	if err != nil {
		return nil, err
	}
	var needed []string
	for _, statement := range statements {
		for _, action := range statement.Actions {
			if action != operation.Name && !slices.Contains(needed, action) {
				needed = append(needed, action)
			}
		}
	}
	return needed, nil
}
