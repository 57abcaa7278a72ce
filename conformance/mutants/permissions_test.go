package mutants

const (
	permissions = "cdk/permissions.go"
	dependents  = "cdk/dependents.go"
	stackRoles  = "cdk/roles.go"
)

var permissionMutants = []mutant{
	{"a step does not declare a call", []edit{
		{"lambdas/builder/terminate_builder.go", "", "\t\t{Name: \"ec2:TerminateInstances\", Scope: step.Owned},\n", ""},
	}},
	{"a step declares a call that it never makes", []edit{
		{"lambdas/fleet/find_group.go", "", "Operations: []step.Operation{\n", "Operations: []step.Operation{\n\t\t{Name: \"autoscaling:DeleteAutoScalingGroup\", Scope: step.Owned},\n"},
	}},
	{"a launch template may not be tagged", []edit{
		{dependents, "", `return []Statement{createTags(environment, "CreateLaunchTemplate", arn("ec2", "launch-template/*"))}`, "return nil"},
	}},
	{"an alarm may not be tagged", []edit{
		{dependents, "", `Actions: []string{"cloudwatch:TagResource"}`, `Actions: []string{"cloudwatch:PutMetricAlarm"}`},
	}},
	{"a builder may not be tagged", []edit{
		{dependents, "func runBuilder(", "\t\tcreateTags(environment, \"RunInstances\", made...),\n", ""},
	}},
	{"a group may not be tagged", []edit{
		{dependents, "", `Actions: []string{"autoscaling:CreateOrUpdateTags"}`, `Actions: []string{"autoscaling:CreateAutoScalingGroup"}`},
	}},
	{"the first group of an account has no service role", []edit{
		{dependents, "", `serviceLinkedRole("autoscaling", "AutoScaling"))`, `serviceLinkedRole("elasticloadbalancing", "ElasticLoadBalancing"))`},
	}},
	{"a load balancer's creator may not look at the VPC's security groups", []edit{
		{dependents, "", `, "ec2:GetSecurityGroupsForVpc",`, ","},
	}},
	{"a group's bounds may be set without permission to launch", []edit{
		{dependents, "", "\t\"autoscaling:UpdateAutoScalingGroup\": launchFleet,\n", ""},
	}},
	{"an image may be deregistered without its snapshots", []edit{
		{dependents, "", `Actions: []string{"ec2:DeleteSnapshot"}`, `Actions: []string{"ec2:DeregisterImage"}`},
	}},
	{"a builder may not be launched in the public subnets", []edit{
		{dependents, "func runBuilder(", `"${PublicSubnets}", "${BuilderSecurityGroup}"`, `"${PrivateSubnets}", "${BuilderSecurityGroup}"`},
	}},
	{"a builder may be launched from anybody's image", []edit{
		{dependents, "", `StringEquals": {"ec2:Owner": "amazon"}`, `StringLike": {"ec2:Owner": "*"}`},
	}},
	{"tags may be put on what exists", []edit{
		{dependents, "", "\tconditions[\"StringEquals\"][\"ec2:CreateAction\"] = by\n", ""},
	}},
	{"tags may be put on a load balancer that exists", []edit{
		{dependents, "", "\tconditions[\"StringEquals\"][\"elasticloadbalancing:CreateAction\"] = by\n", ""},
	}},
	{"a builder may not use the key of its volume", []edit{
		{dependents, "func runBuilder(", "\t}, useKey()...)\n", "\t})\n"},
	}},
	{"anyone who launches a builder may hand its key on", []edit{
		{dependents, "", `, "Bool": {"kms:GrantIsForAWSResource": "true"}`, ""},
	}},
	{"a builder reads the assets of other apps", []edit{
		{"cdk/assets.go", "", `"/" + s.options.AssetsPrefix() + "*"`, `"/*"`},
	}},
	{"a role may be passed to any service", []edit{
		{dependents, "", `"StringEquals": {"iam:PassedToService": anyOf(`, `"StringLike": {"iam:PassedToService": anyOf("*", `},
	}},
	{"any role may be passed", []edit{
		{dependents, "", `Actions: []string{"iam:PassRole"}, Resources: []string{role},`, `Actions: []string{"iam:PassRole"}, Resources: []string{"*", role}, Reason: "-",`},
	}},
	{"every environment's groups may be changed", []edit{
		{permissions, "", `"autoScalingGroup:*:autoScalingGroupName/"+environment.Group(slot)`, `"autoScalingGroup:*:autoScalingGroupName/"+environment.Group(slot)[:13]+"*"`},
	}},
	{"resources may be changed whatever their tags", []edit{
		{permissions, "", "\tcase step.Owned:\n\t\treturn owned(environment)\n", ""},
	}},
	{"resources of every environment may be changed", []edit{
		{permissions, "", `return map[string]map[string]string{"StringEquals": {"aws:ResourceTag/" + release.TagEnvironment: string(environment)}}`,
			`return map[string]map[string]string{"StringLike": {"aws:ResourceTag/" + release.TagEnvironment: string(environment[:0]) + "*"}}`},
	}},
	{"a plan may read the photos", []edit{
		{permissions, "", `"${Bucket}/bundles/*"`, `"${Bucket}/*"`},
	}},
	{"every table may be written", []edit{
		{permissions, "", `return []string{"${Table}"}`, `return []string{"${Table}", "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"}`},
	}},
	{"a builder may read the photos", []edit{
		{stackRoles, "", `*s.storage.bucket.BucketArn() + "/" + bundlesPrefix + "*"`, `*s.storage.bucket.BucketArn() + "/" + photosPrefix + "*"`},
	}},
	{"a builder may send events in anybody's name", []edit{
		{stackRoles, "", `"StringEquals": {"events:source": s.options.Environment.BuildSource(), "events:detail-type": release.BuildResultEvent}`, `"StringLike": {"events:source": "*", "events:detail-type": release.BuildResultEvent}`},
	}},
	{"a builder may write into the log of a fleet's instance", []edit{
		{stackRoles, "", `s.streams("i-*/build")`, `s.streams("i-*")`},
	}},
	{"a step may change the alarms of a stack whose name begins alike", []edit{
		{permissions, "", `arn("cloudwatch", "alarm:"+name)`, `arn("cloudwatch", "alarm:"+strings.TrimSuffix(name, "-idle")+"*")`},
	}},
	{"a change of no records passes as one of the domain's", []edit{
		{permissions, "", `"ForAllValues:StringEquals": values, "Null": present}`, `"ForAllValues:StringEquals": values}`},
	}},
	{"any rule may report how a release ends", []edit{
		{stackRules, "", `"ArnEquals":    {"aws:SourceArn": anyOf(arns...)},`, `"ArnLike":      {"aws:SourceArn": s.ruleARN("*")},`},
		{stackRules, "", "func (s *stack) forRules(arns ...string)", "func (s *stack) forRules(...string)"},
	}},
	{"a policy has an action that does not exist", []edit{
		{"cdk/machines.go", "", `"xray:GetSamplingTargets"`, `"xray:GetSamplingTarget"`},
	}},
	{"the fleet may overwrite bundles", []edit{
		{stackRoles, "", `bucket + "/" + photosPrefix + "*"}},`, `bucket + "/*"}},`},
	}},
	{"schedules of other accounts may use the role", []edit{
		{stackRoles, "", "\t\t\t\"StringEquals\": {\"aws:SourceAccount\": \"${AWS::AccountId}\"},\n\t\t\t\"ArnEquals\":    {\"aws:SourceArn\": arn(\"scheduler\", \"schedule-group/\"+s.options.Environment.Name())},\n", ""},
	}},
	{"a state machine may invoke every function", []edit{
		{"cdk/machines.go", "", `"function:"+*s.name(kebab(step))+":*"`, `"function:*"`},
		{"cdk/machines.go", "", "for _, step := range steps {\n\t\tinvoke", "for range steps {\n\t\tinvoke"},
	}},
}
