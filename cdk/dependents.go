package cdk

import (
	"maps"
	"slices"
	"strings"

	"photogallery/release"
)

// whole lists the operations that need different resources under different conditions.
var whole = map[string]func(release.Environment) []Statement{
	"ec2:RunInstances": runBuilder,
	"ec2:CreateImage":  createImage,
}

// dependents lists what an operation needs in addition to its own action.
var dependents = map[string]func(release.Environment) []Statement{
	"autoscaling:CreateAutoScalingGroup": func(environment release.Environment) []Statement {
		return append(launchFleet(environment),
			Statement{
				Actions: []string{"autoscaling:CreateOrUpdateTags"}, Resources: groupsOf(environment), Conditions: tagged(environment),
				Reason: "a group is created with its tags",
			},
			serviceLinkedRole("autoscaling", "AutoScaling"))
	},
	"autoscaling:StartInstanceRefresh":   launchFleet,
	"autoscaling:UpdateAutoScalingGroup": launchFleet,
	"elasticloadbalancing:CreateLoadBalancer": func(environment release.Environment) []Statement {
		balancer := arn("elasticloadbalancing", "loadbalancer/app/"+environment.Name()+"/*")
		return []Statement{
			addTags(environment, balancer, "CreateLoadBalancer"),
			serviceLinkedRole("elasticloadbalancing", "ElasticLoadBalancing"),
			lookAtNetwork,
		}
	},
	"elasticloadbalancing:SetSecurityGroups": looksAtNetwork,
	"elasticloadbalancing:SetSubnets":        looksAtNetwork,
	"elasticloadbalancing:CreateListener": func(environment release.Environment) []Statement {
		return []Statement{addTags(environment, arn("elasticloadbalancing", "listener/app/"+environment.Name()+"/*"), "CreateListener")}
	},
	"elasticloadbalancing:CreateRule": func(environment release.Environment) []Statement {
		return []Statement{addTags(environment, arn("elasticloadbalancing", "listener-rule/app/"+environment.Name()+"/*"), "CreateRule")}
	},
	"cloudwatch:PutMetricAlarm": func(environment release.Environment) []Statement {
		return []Statement{{
			Actions: []string{"cloudwatch:TagResource"}, Resources: alarmsOf(environment),
			Conditions: tagged(environment), Reason: "an alarm is put with its tags",
		}}
	},
	"scheduler:CreateSchedule": func(release.Environment) []Statement {
		return []Statement{passRole("${ScheduleRole}", "scheduler.amazonaws.com", "a schedule is created with its role")}
	},
	"ec2:DeregisterImage": func(environment release.Environment) []Statement {
		return []Statement{{
			Actions: []string{"ec2:DeleteSnapshot"}, Resources: []string{amazon("snapshot/*")}, Conditions: owned(environment),
			Reason: "an image is deregistered with its snapshots",
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
	return append([]Statement{
		{Actions: []string{"ec2:RunInstances"}, Resources: made, Conditions: tagged(environment)},
		{
			Actions: []string{"ec2:RunInstances"}, Resources: []string{amazon("image/*")},
			Conditions: map[string]map[string]string{"StringEquals": {"ec2:Owner": "amazon"}},
		},
		{Actions: []string{"ec2:RunInstances"}, Resources: []string{"${PublicSubnets}", "${BuilderSecurityGroup}"}},
		createTags(environment, "RunInstances", made...),
		passRole("${BuilderRole}", "ec2.amazonaws.com", "a builder is launched with its role"),
	}, useKey()...)
}

// runRunner lets the instance of a command be made from the environment's images, in the public
// subnets, in the groups of builder and fleet, and tagged in the same call.
func runRunner(environment release.Environment) []Statement {
	made := instanceParts()
	return append([]Statement{
		{Actions: []string{"ec2:RunInstances"}, Resources: made, Conditions: tagged(environment)},
		{Actions: []string{"ec2:RunInstances"}, Resources: []string{amazon("image/*")}, Conditions: owned(environment)},
		{Actions: []string{"ec2:RunInstances"}, Resources: []string{"${PublicSubnets}", "${BuilderSecurityGroup}", "${InstanceSecurityGroup}"}},
		createTags(environment, "RunInstances", made...),
		passRole("${RunnerRole}", "ec2.amazonaws.com", "the instance of a command is launched with its role"),
	}, useKey()...)
}

// useKey lists EC2's calls to KMS with the permissions of a caller that launches with a customer
// managed key. The fleet's instances are launched by Auto Scaling's own role, which the key's
// policy has to name: no policy here can. A snapshot of an encrypted volume needs nothing of its
// caller, and AWS's role for backups needs no KMS permission.
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDataLifecycleManagerServiceRole.html
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
func useKey() []Statement {
	const reason = "with the option ebsKey: EC2 encrypts the builder's volume with its caller's permissions"
	ec2 := "ec2.${AWS::Region}.amazonaws.com"
	via := map[string]string{"kms:ViaService": anyOf(ec2, ec2+".cn")}
	return []Statement{
		{
			Actions:   []string{"kms:DescribeKey", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext"},
			Resources: []string{"${EbsKey}"}, Conditions: map[string]map[string]string{"StringEquals": via}, Reason: reason,
		},
		{
			Actions: []string{"kms:CreateGrant"}, Resources: []string{"${EbsKey}"}, Reason: reason,
			Conditions: map[string]map[string]string{"StringEquals": via, "Bool": {"kms:GrantIsForAWSResource": "true"}},
		},
	}
}

func instanceParts() []string {
	return []string{arn("ec2", "instance/*"), arn("ec2", "volume/*"), arn("ec2", "network-interface/*")}
}

// launchFleet lists what Auto Scaling checks of the caller who creates or updates a group or starts
// a refresh, with a dry run of RunInstances. The document leaves open whether it also checks an
// update without a launch template.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html#runinstances-permissions-validation
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
	return []Statement{template, parts, tags, passRole("${FleetRole}", "ec2.amazonaws.com", reason)}
}

func createImage(environment release.Environment) []Statement {
	return []Statement{
		{Actions: []string{"ec2:CreateImage"}, Resources: []string{arn("ec2", "instance/*")}, Conditions: owned(environment)},
		{Actions: []string{"ec2:CreateImage"}, Resources: []string{amazon("image/*"), amazon("snapshot/*")}, Conditions: tagged(environment)},
		createTags(environment, "CreateImage", amazon("image/*"), amazon("snapshot/*")),
	}
}

// createTags allows tags on resources of the call, never on existing ones.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
func createTags(environment release.Environment, by string, resources ...string) Statement {
	conditions := tagged(environment)
	conditions["StringEquals"]["ec2:CreateAction"] = by
	return Statement{
		Actions: []string{"ec2:CreateTags"}, Resources: resources, Conditions: conditions,
		Reason: by + " with tags needs it",
	}
}

// addTags allows tags on a load balancer, a listener or a rule while it is created.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
func addTags(environment release.Environment, resource, by string) Statement {
	conditions := tagged(environment)
	conditions["StringEquals"]["elasticloadbalancing:CreateAction"] = by
	return Statement{
		Actions: []string{"elasticloadbalancing:AddTags"}, Resources: []string{resource}, Conditions: conditions,
		Reason: by + " with tags needs it",
	}
}

func looksAtNetwork(release.Environment) []Statement { return []Statement{lookAtNetwork} }

// lookAtNetwork lists Elastic Load Balancing's calls to EC2 with the permissions of the caller that
// creates or moves a load balancer. AWS's page lacks the last one, which accounts require since
// October 2024. The other permissions in the policy of the AWS Load Balancer Controller are for its
// own calls (DescribeAvailabilityZones), for Outposts (DescribeCoipPools, GetCoipPoolUsage) and for
// targets with IPv6 addresses (DescribeVpcPeeringConnections).
// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
// https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3917
var lookAtNetwork = Statement{
	Actions: []string{
		"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:GetSecurityGroupsForVpc",
	},
	Resources: []string{"*"},
	Reason:    "Elastic Load Balancing looks at the network with its caller's permissions; EC2 binds descriptions to no resource",
}

// serviceLinkedRole allows the role that a service makes at its first use in an account.
func serviceLinkedRole(service, name string) Statement {
	domain := service + ".amazonaws.com"
	return Statement{
		Actions:    []string{"iam:CreateServiceLinkedRole"},
		Resources:  []string{"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/" + domain + "/AWSServiceRoleFor" + name + "*"},
		Conditions: map[string]map[string]string{"StringEquals": {"iam:AWSServiceName": domain}},
		Reason:     "the first use of the service in an account makes its role",
	}
}

func passRole(role, service, reason string) Statement {
	return Statement{
		Actions: []string{"iam:PassRole"}, Resources: []string{role}, Reason: reason,
		// In China some services' names end in .cn.
		// https://docs.amazonaws.cn/en_us/IAM/latest/UserGuide/reference_policies_elements_principal.html
		Conditions: map[string]map[string]string{"StringEquals": {"iam:PassedToService": anyOf(service, service+".cn")}},
	}
}

// merge joins the actions of statements that are otherwise equal, in the order of their first one.
// It drops statements that another one covers.
func merge(statements []Statement) []Statement {
	var merged []Statement
	at, allowed := map[string]int{}, map[string]bool{}
	for _, s := range statements {
		reasonless := s
		reasonless.Reason = ""
		s.Actions = slices.DeleteFunc(slices.Clone(s.Actions), func(action string) bool {
			key := action + "\x00" + fingerprint(reasonless)
			repeated := allowed[key]
			allowed[key] = true
			return repeated
		})
		if len(s.Actions) == 0 {
			continue
		}
		i, known := at[fingerprint(s)]
		if !known {
			at[fingerprint(s)] = len(merged)
			merged = append(merged, s)
			continue
		}
		merged[i].Actions = append(merged[i].Actions, s.Actions...)
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
