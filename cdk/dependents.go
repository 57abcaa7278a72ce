package cdk

import (
	"maps"
	"slices"
	"strings"

	"photogallery/internal/release"
	"photogallery/lambdas/step"
)

// whole holds the operations that need different resources under different conditions.
var whole = map[string]func(release.Environment) []Statement{
	"ec2:RunInstances": runBuilder,
	"ec2:CreateImage":  createImage,

	step.PassBuilderRole:  func(release.Environment) []Statement { return passRole("${BuilderRole}", "ec2.amazonaws.com") },
	step.PassFleetRole:    func(release.Environment) []Statement { return passRole("${FleetRole}", "ec2.amazonaws.com") },
	step.PassScheduleRole: func(release.Environment) []Statement { return passRole("${ScheduleRole}", "scheduler.amazonaws.com") },
}

// dependents holds what an operation needs beside its own action.
var dependents = map[string]func(release.Environment) []Statement{
	"autoscaling:CreateAutoScalingGroup": func(environment release.Environment) []Statement {
		group := arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/"+environment.Name())
		return append(launchFleet(environment),
			Statement{
				Actions: []string{"autoscaling:CreateOrUpdateTags"}, Resources: []string{group}, Conditions: tagged(environment),
				Reason: "a group is created with its tags",
			},
			serviceLinkedRole("autoscaling", "AutoScaling"))
	},
	"autoscaling:StartInstanceRefresh": launchFleet,
	"elasticloadbalancing:CreateLoadBalancer": func(environment release.Environment) []Statement {
		balancer := arn("elasticloadbalancing", "loadbalancer/app/"+environment.Name()+"/*")
		return []Statement{
			addTags(environment, balancer, "CreateLoadBalancer"),
			serviceLinkedRole("elasticloadbalancing", "ElasticLoadBalancing"),
		}
	},
	"elasticloadbalancing:CreateListener": func(environment release.Environment) []Statement {
		return []Statement{addTags(environment, arn("elasticloadbalancing", "listener/app/"+environment.Name()+"/*"), "CreateListener")}
	},
	"cloudwatch:PutMetricAlarm": func(environment release.Environment) []Statement {
		return []Statement{{
			Actions: []string{"cloudwatch:TagResource"}, Resources: []string{arn("cloudwatch", "alarm:"+environment.Name()+"-*")},
			Conditions: tagged(environment), Reason: "an alarm is put with its tags",
		}}
	},
	"ec2:CreateLaunchTemplate": func(environment release.Environment) []Statement {
		return []Statement{createTags(environment, "CreateLaunchTemplate", arn("ec2", "launch-template/*"))}
	},
}

// runBuilder lets a builder be made from Amazon's own images, in the public subnets, closed to
// everybody, and tagged in the same call.
func runBuilder(environment release.Environment) []Statement {
	made := instanceParts()
	return []Statement{
		{Actions: []string{"ec2:RunInstances"}, Resources: made, Conditions: tagged(environment)},
		{
			Actions: []string{"ec2:RunInstances"}, Resources: []string{amazon("image/*")},
			Conditions: map[string]map[string]string{"StringEquals": {"ec2:Owner": "amazon"}},
		},
		{Actions: []string{"ec2:RunInstances"}, Resources: []string{"${PublicSubnets}", "${BuilderSecurityGroup}"}},
		createTags(environment, "RunInstances", made...),
	}
}

func instanceParts() []string {
	return []string{arn("ec2", "instance/*"), arn("ec2", "volume/*"), arn("ec2", "network-interface/*")}
}

// launchFleet is what Auto Scaling checks of the caller who gives a group its launch template.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
func launchFleet(environment release.Environment) []Statement {
	const reason = "Auto Scaling checks whether the caller may launch what the launch template says"
	fromTemplate := map[string]map[string]string{"ArnLike": {"ec2:LaunchTemplate": arn("ec2", "launch-template/*")}}
	template := Statement{
		Actions: []string{"ec2:RunInstances"}, Resources: []string{arn("ec2", "launch-template/*")},
		Conditions: owned(environment), Reason: reason,
	}
	parts := Statement{
		Actions: []string{"ec2:RunInstances"}, Conditions: fromTemplate, Reason: reason,
		Resources: append(instanceParts(), amazon("image/*"), "${PrivateSubnets}", "${InstanceSecurityGroup}"),
	}
	tags := createTags(environment, "RunInstances", instanceParts()...)
	tags.Reason = reason
	return []Statement{template, parts, tags}
}

func createImage(environment release.Environment) []Statement {
	return []Statement{
		{Actions: []string{"ec2:CreateImage"}, Resources: []string{arn("ec2", "instance/*")}, Conditions: owned(environment)},
		{Actions: []string{"ec2:CreateImage"}, Resources: []string{amazon("image/*"), amazon("snapshot/*")}, Conditions: tagged(environment)},
		createTags(environment, "CreateImage", amazon("image/*"), amazon("snapshot/*")),
	}
}

// createTags allows tags on what the call makes, never on what exists.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
func createTags(environment release.Environment, by string, resources ...string) Statement {
	conditions := tagged(environment)
	conditions["StringEquals"]["ec2:CreateAction"] = by
	return Statement{
		Actions: []string{"ec2:CreateTags"}, Resources: resources, Conditions: conditions,
		Reason: by + " with tags needs it",
	}
}

// addTags allows tags on a load balancer or listener while it is created.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
func addTags(environment release.Environment, resource, by string) Statement {
	conditions := tagged(environment)
	conditions["StringEquals"]["elasticloadbalancing:CreateAction"] = by
	return Statement{
		Actions: []string{"elasticloadbalancing:AddTags"}, Resources: []string{resource}, Conditions: conditions,
		Reason: by + " with tags needs it",
	}
}

// serviceLinkedRole allows the role that a service makes for itself at its first use in an account.
func serviceLinkedRole(service, name string) Statement {
	domain := service + ".amazonaws.com"
	return Statement{
		Actions:    []string{"iam:CreateServiceLinkedRole"},
		Resources:  []string{"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/" + domain + "/AWSServiceRoleFor" + name + "*"},
		Conditions: map[string]map[string]string{"StringEquals": {"iam:AWSServiceName": domain}},
		Reason:     "the first use of the service in an account makes its role",
	}
}

func passRole(role, service string) []Statement {
	return []Statement{{
		Actions: []string{"iam:PassRole"}, Resources: []string{role},
		// In China a service's name ends in .cn.
		Conditions: map[string]map[string]string{"StringLike": {"iam:PassedToService": service + "*"}},
	}}
}

// merge joins the actions of statements that are otherwise equal, in the order of their first one.
func merge(statements []Statement) []Statement {
	var merged []Statement
	at := map[string]int{}
	for _, s := range statements {
		key := fingerprint(s)
		i, known := at[key]
		if !known {
			at[key] = len(merged)
			merged = append(merged, s)
			continue
		}
		for _, action := range s.Actions {
			if !slices.Contains(merged[i].Actions, action) {
				merged[i].Actions = append(slices.Clone(merged[i].Actions), action)
			}
		}
	}
	return merged
}

func fingerprint(s Statement) string {
	parts := append(slices.Sorted(slices.Values(s.Resources)), s.Reason)
	for _, operator := range slices.Sorted(maps.Keys(s.Conditions)) {
		for _, key := range slices.Sorted(maps.Keys(s.Conditions[operator])) {
			parts = append(parts, operator, key, s.Conditions[operator][key])
		}
	}
	return strings.Join(parts, "\x00")
}
