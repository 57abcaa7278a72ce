//go:build conformance

package deployed

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photogallery/conformance/callers"
	"photogallery/conformance/emulator"
)

// access is what calls have needed, and what of the roles was of use.
type access struct {
	policies map[string][]statement // by function, or by who else is held to some
	used     map[string]bool        // caller and action
	denied   []string
}

// authorize notes whether the caller's role allows a call, before the call changes anything.
func (c *cloud) authorize(made call) {
	if made.caller == emulator.Key {
		return // the tests, also while they look for a caller's policies
	}
	c.accessLock.Lock()
	defer c.accessLock.Unlock()
	statements, known := c.access.policies[made.caller]
	if !known && !strings.HasPrefix(made.caller, environment.Name()+"-") {
		return
	}
	if !known {
		var err error
		if statements, err = c.policies(made.caller); err != nil {
			c.access.denied = append(c.access.denied, fmt.Sprintf("%s: %v", made.caller, err))
		}
		c.access.policies[made.caller] = statements
	}
	needs, err := beside(made, c.needs(made))
	if err != nil {
		c.access.denied = append(c.access.denied, err.Error())
	}
	for _, needed := range needs {
		c.access.used[made.caller+" "+needed.action] = true
		if !slices.ContainsFunc(statements, func(s statement) bool { return s.allows(needed) }) {
			c.access.denied = append(c.access.denied, made.caller+" may not "+needed.String())
		}
	}
}

var prefixes = map[string]string{"monitoring": "cloudwatch"}

// beside adds to the permissions of a call what pages say that its caller also needs: what a service does
// with the caller's credentials, and the service's own role, as at its first use in an account. The error
// names one that nothing here demands.
func beside(made call, needs []permission) ([]permission, error) {
	pages, err := callers.All()
	if err != nil {
		return needs, err
	}
	for _, page := range pages {
		if page.Operation != made.action() {
			continue
		}
		for _, need := range page.Needs {
			action, resource, _ := strings.Cut(need, " ")
			switch _, verb, _ := strings.Cut(action, ":"); {
			case strings.HasPrefix(verb, "Describe"), strings.HasPrefix(verb, "Get"):
				needs = append(needs, permission{action, "*", nil})
			case action == "iam:CreateServiceLinkedRole":
				service := made.service + ".amazonaws.com"
				needs = append(needs, permission{
					action, "arn:aws:iam::" + account + ":role/aws-service-role/" + service + "/" + resource,
					map[string]string{"iam:AWSServiceName": service},
				})
			case !slices.ContainsFunc(needs, func(p permission) bool { return p.action == action && strings.Contains(p.resource, resource) }):
				return needs, fmt.Errorf("%s calls %s, and this front demands no %s of it", made.caller, made.action(), need)
			}
		}
	}
	return needs, nil
}

// action returns the call's own, with the IAM prefix of its service.
func (made call) action() string {
	prefix := made.service
	if other, differs := prefixes[prefix]; differs {
		prefix = other
	}
	return prefix + ":" + made.operation
}

// needs lists the permissions of a call, by
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func (c *cloud) needs(made call) []permission {
	action := made.action()
	on := func(resources ...string) (all []permission) {
		for _, resource := range resources {
			all = append(all, permission{action, resource, nil})
		}
		return all
	}
	switch made.service {
	case "ec2":
		return c.needsOfEC2(action, made)
	case "autoscaling":
		return c.needsOfAutoScaling(action, made)
	case "elasticloadbalancing":
		return c.needsOfBalancing(action, made)
	case "monitoring":
		return c.needsOfAlarms(action, made)
	case "dynamodb":
		return needsOfTable(action, made)
	case "s3":
		return needsOfS3(action, made)
	case "ssm":
		return on("arn:aws:ssm:" + region + "::parameter" + made.text("Name"))
	case "states":
		for _, field := range []string{"executionArn", "stateMachineArn"} {
			if resource := made.text(field); resource != "" {
				return on(resource)
			}
		}
	case "cloudformation":
		return on(arnOf("cloudformation", "stack/"+made.form.Get("StackName")+"/00000000-0000-0000-0000-000000000000"))
	case "events":
		return needsOfEvents(action, made)
	case "scheduler":
		return c.needsOfScheduler(action, made)
	}
	return on("*")
}

// needsOfEvents holds each entry against the policy, which knows events by their source and type.
func needsOfEvents(action string, made call) (needs []permission) {
	entries, _ := made.input["Entries"].([]any)
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		needs = append(needs, permission{action, arnOf("events", "event-bus/default"), map[string]string{
			"events:source": fmt.Sprint(fields["Source"]), "events:detail-type": fmt.Sprint(fields["DetailType"]),
		}})
	}
	return needs
}

// text returns a field of a call's JSON input, "" for none.
func (made call) text(field string) string {
	value, _ := made.input[field].(string)
	return value
}

func arnOf(service, resource string) string {
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + resource
}

func (c *cloud) needsOfAlarms(action string, made call) []permission {
	if made.operation == "DescribeAlarms" {
		return []permission{{action, "*", nil}}
	}
	names, _ := made.input["AlarmNames"].([]any)
	if name := made.text("AlarmName"); name != "" {
		names = []any{name}
	}
	var all []permission
	for _, name := range names {
		all = append(all, permission{action, arnOf("cloudwatch", fmt.Sprint("alarm:", name)), nil})
	}
	if tags, _ := made.input["Tags"].([]any); len(tags) > 0 {
		all = append(all, permission{"cloudwatch:TagResource", all[0].resource, requestTags(tags)})
	}
	return all
}

// requestTags are what a condition sees of a call's tags.
func requestTags(tags []any) map[string]string {
	requested := map[string]string{}
	for _, tag := range tags {
		if pair, is := tag.(map[string]any); is {
			requested["aws:RequestTag/"+fmt.Sprint(pair["Key"])] = fmt.Sprint(pair["Value"])
		}
	}
	return requested
}

func (c *cloud) needsOfScheduler(action string, made call) []permission {
	if made.operation == "ListSchedules" {
		return []permission{{action, "*", nil}}
	}
	name := strings.TrimPrefix(made.path, "/schedules/")
	all := []permission{{action, arnOf("scheduler", "schedule/"+environment.Name()+"/"+name), nil}}
	if target, has := made.input["Target"].(map[string]any); has && made.operation == "CreateSchedule" {
		all = append(all, passing(fmt.Sprint(target["RoleArn"]), "scheduler.amazonaws.com"))
	}
	return all
}

func passing(role, to string) permission {
	return permission{"iam:PassRole", role, map[string]string{"iam:PassedToService": to}}
}

// roleOf returns the role in an instance profile.
func (c *cloud) roleOf(profile string) string {
	name := profile[strings.LastIndex(profile, "/")+1:]
	found, err := c.IAM.GetInstanceProfile(c.Context(), &iam.GetInstanceProfileInput{InstanceProfileName: &name})
	if err != nil {
		return "unknown: " + err.Error()
	}
	return *found.InstanceProfile.Roles[0].Arn
}

func (c *cloud) needsOfAutoScaling(action string, made call) []permission {
	if strings.HasPrefix(made.operation, "Describe") {
		return []permission{{action, "*", nil}}
	}
	name := made.form.Get("AutoScalingGroupName")
	group := arnOf("autoscaling", "autoScalingGroup:00000000-0000-0000-0000-000000000000:autoScalingGroupName/"+name)
	if made.operation != "CreateAutoScalingGroup" {
		all := []permission{{action, group, c.groupTags(name)}}
		if made.operation == "UpdateAutoScalingGroup" {
			all = append(all, c.relaunching(name)...)
		}
		return all
	}
	requested := map[string]string{}
	for i := 1; made.form.Get(fmt.Sprintf("Tags.member.%d.Key", i)) != ""; i++ {
		requested["aws:RequestTag/"+made.form.Get(fmt.Sprintf("Tags.member.%d.Key", i))] = made.form.Get(fmt.Sprintf("Tags.member.%d.Value", i))
	}
	all := []permission{{action, group, requested}, {"autoscaling:CreateOrUpdateTags", group, requested}}
	template := made.form.Get("LaunchTemplate.LaunchTemplateId")
	subnets := strings.Split(made.form.Get("VPCZoneIdentifier"), ",")
	return append(all, c.launching(template, made.form.Get("LaunchTemplate.Version"), subnets)...)
}

// relaunching is what Auto Scaling checks of who updates a group.
func (c *cloud) relaunching(group string) []permission {
	out, err := c.AutoScaling.DescribeAutoScalingGroups(c.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{group}})
	if err != nil || len(out.AutoScalingGroups) == 0 {
		return nil
	}
	found := out.AutoScalingGroups[0]
	return c.launching(*found.LaunchTemplate.LaunchTemplateId, *found.LaunchTemplate.Version, strings.Split(*found.VPCZoneIdentifier, ","))
}

func (c *cloud) groupTags(name string) map[string]string {
	out, err := (*autoscaling.Client)(c.AutoScaling).DescribeTags(c.Context(), &autoscaling.DescribeTagsInput{
		Filters: []scalingtypes.Filter{{Name: aws.String("auto-scaling-group"), Values: []string{name}}},
	})
	tags := map[string]string{}
	if err == nil {
		for _, tag := range out.Tags {
			tags["aws:ResourceTag/"+*tag.Key] = aws.ToString(tag.Value)
		}
	}
	return tags
}

// launching is what Auto Scaling checks of who gives a group its launch template.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
func (c *cloud) launching(template, version string, subnets []string) []permission {
	out, err := c.EC2.DescribeLaunchTemplateVersions(c.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &template, Versions: []string{version}})
	if err != nil {
		return []permission{{"(launch template " + template + ": " + err.Error() + ")", "*", nil}}
	}
	data := out.LaunchTemplateVersions[0].LaunchTemplateData
	launch := arnOf("ec2", "launch-template/"+template)
	from := map[string]string{"ec2:LaunchTemplate": launch}
	all := []permission{{"ec2:RunInstances", launch, c.tagsOf(template)}, {"ec2:RunInstances", amazonARN("image/" + *data.ImageId), from}}
	for _, subnet := range subnets {
		all = append(all, permission{"ec2:RunInstances", arnOf("ec2", "subnet/"+subnet), from})
	}
	for _, group := range data.NetworkInterfaces[0].Groups {
		all = append(all, permission{"ec2:RunInstances", arnOf("ec2", "security-group/"+group), from})
	}
	for _, kind := range []string{"instance", "volume", "network-interface"} {
		all = append(all, permission{"ec2:RunInstances", arnOf("ec2", kind+"/*"), from})
	}
	for _, tags := range data.TagSpecifications {
		if tags.ResourceType == types.ResourceTypeLaunchTemplate {
			continue // moto's, which takes the template's own for its data's
		}
		given := map[string]string{"ec2:CreateAction": "RunInstances"}
		for _, tag := range tags.Tags {
			given["aws:RequestTag/"+*tag.Key] = *tag.Value
		}
		all = append(all, permission{"ec2:CreateTags", arnOf("ec2", string(tags.ResourceType)+"/*"), given})
	}
	return append(all, passing(c.roleOf(*data.IamInstanceProfile.Arn), "ec2.amazonaws.com"))
}

func amazonARN(resource string) string { return "arn:aws:ec2:" + region + "::" + resource }

// tagsOf returns the tags of an EC2 resource.
func (c *cloud) tagsOf(id string) map[string]string {
	out, err := (*ec2.Client)(c.EC2).DescribeTags(c.Context(), &ec2.DescribeTagsInput{Filters: []types.Filter{{Name: aws.String("resource-id"), Values: []string{id}}}})
	tags := map[string]string{}
	if err == nil {
		for _, tag := range out.Tags {
			tags["aws:ResourceTag/"+*tag.Key] = *tag.Value
		}
	}
	return tags
}

func (c *cloud) needsOfBalancing(action string, made call) []permission {
	if strings.HasPrefix(made.operation, "Describe") {
		return []permission{{action, "*", nil}}
	}
	requested := map[string]string{}
	for i := 1; made.form.Get(fmt.Sprintf("Tags.member.%d.Key", i)) != ""; i++ {
		requested["aws:RequestTag/"+made.form.Get(fmt.Sprintf("Tags.member.%d.Key", i))] = made.form.Get(fmt.Sprintf("Tags.member.%d.Value", i))
	}
	tagging := maps.Clone(requested)
	tagging["elasticloadbalancing:CreateAction"] = made.operation
	balancer := made.form.Get("LoadBalancerArn")
	switch made.operation {
	case "CreateLoadBalancer":
		balancer = arnOf("elasticloadbalancing", "loadbalancer/app/"+made.form.Get("Name")+"/0123456789abcdef")
		return []permission{{action, balancer, requested}, {"elasticloadbalancing:AddTags", balancer, tagging}}
	case "CreateListener":
		listener := strings.Replace(balancer, ":loadbalancer/", ":listener/", 1) + "/0123456789abcdef"
		return []permission{{action, balancer, requested}, {"elasticloadbalancing:AddTags", listener, tagging}}
	case "CreateRule":
		listener := made.form.Get("ListenerArn")
		rule := strings.Replace(listener, ":listener/", ":listener-rule/", 1) + "/0123456789abcdef"
		return []permission{{action, listener, requested}, {"elasticloadbalancing:AddTags", rule, tagging}}
	}
	of := cmp.Or(made.form.Get("RuleArn"), made.form.Get("ListenerArn"), made.form.Get("TargetGroupArn"), balancer)
	tags := map[string]string{}
	out, err := c.ELB.DescribeTags(c.Context(), &elb.DescribeTagsInput{ResourceArns: []string{of}})
	if err == nil && len(out.TagDescriptions) > 0 {
		for _, tag := range out.TagDescriptions[0].Tags {
			tags["aws:ResourceTag/"+*tag.Key] = aws.ToString(tag.Value)
		}
	}
	return []permission{{action, of, tags}}
}
