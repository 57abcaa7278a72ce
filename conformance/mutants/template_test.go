package mutants

const (
	stackNetwork = "cdk/network.go"
	stackStorage = "cdk/storage.go"
	stackRules   = "cdk/rules.go"
	functionFile = "cdk/functions.go"
	optionTable  = "cdk/option_table.go"
)

var templateMutants = []mutant{
	{"a substitution is misspelt", []edit{
		{"cdk/machines.go", "", "substitutions[step] = version.FunctionArn()", "substitutions[kebab(step)] = version.FunctionArn()"},
	}},
	{"a state machine runs functions that a deployment changes", []edit{
		{"cdk/machines.go", "", "substitutions[step] = version.FunctionArn()", "substitutions[step] = version.Lambda().FunctionArn()"},
	}},
	{"a deployment deletes the version that runs", []edit{
		{functionFile, "", "\tversion.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)\n", ""},
	}},
	{"a version of a failed deployment stays in the next one's way", []edit{
		{functionFile, "", "awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE", "awscdk.RemovalPolicy_RETAIN"},
	}},
	{"a change of the app publishes every function anew", []edit{
		{functionFile, "", "\tif declared.DefaultBundle {\n", "\t{\n"},
	}},
	{"the functions are for another processor", []edit{
		{functionFile, "", "s.architecture(),", "awslambda.Architecture_X86_64(),"},
	}},
	{"the functions are for arm64, whatever they were compiled for", []edit{
		{functionFile, "", "s.architecture(),", "awslambda.Architecture_ARM_64(),"},
	}},
	{"builders of each architecture begin with the base image for arm64", []edit{
		{functionFile, "", "BaseImageParameter(s.options.Architecture)", "BaseImageParameter(release.ARM64)"},
	}},
	{"the functions are compiled for a processor that Go does not know", []edit{
		{"cdk/executable/executable.go", "", "architecture = \"amd64\"", "architecture = \"x86\""},
	}},
	{"a function's time-out is not its step's", []edit{
		{functionFile, "", "awscdk.Duration_Millis(jsii.Number(declared.Timeout.Milliseconds()))", "awscdk.Duration_Seconds(jsii.Number(3))"},
	}},
	{"the fleet is told the builder's security group", []edit{
		{functionFile, "", `"INSTANCE_SECURITY_GROUP":      s.network.fleet.`, `"INSTANCE_SECURITY_GROUP":      s.network.builder.`},
	}},
	{"the builder is told the fleet's profile", []edit{
		{functionFile, "", "s.roles.builderProfile,", "s.roles.fleetProfile,"},
	}},
	{"a function has a role of its own beside the given one", []edit{
		{functionFile, "", "if s.roles.given != nil {", `if s.roles.given != nil && declared.Name != "Plan" {`},
	}},
	{"the fleet is told the public subnets", []edit{
		{functionFile, "", "s.network.private, \",\"", "s.network.public, \",\""},
	}},
	{"the builder can be reached by SSH", []edit{
		{stackNetwork, "", "\ts.lead(n.entrance, n.fleet, 80, ", "\tn.builder.AddIngressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(jsii.Number(22)), jsii.String(\"SSH\"), nil)\n\ts.lead(n.entrance, n.fleet, 80, "},
	}},
	{"the fleet can be reached from everywhere", []edit{
		{stackNetwork, "", "\ts.lead(n.entrance, n.fleet, 80, ", "\tn.fleet.AddIngressRule(awsec2.Peer_AnyIpv4(), http, jsii.String(\"HTTP\"), nil)\n\ts.lead(n.entrance, n.fleet, 80, "},
	}},
	{"the entrance does not heed the range", []edit{
		{stackNetwork, "", "from := awsec2.Peer_Ipv4(jsii.String(s.options.CIDR))", "from := awsec2.Peer_AnyIpv4()"},
	}},
	{"a change of the range replaces the entrance's security group", []edit{
		{stackNetwork, "", `"Load balancer: HTTP and HTTPS from outside"`, `"Load balancer: HTTP and HTTPS from "+s.options.CIDR`},
	}},
	{"the load balancer does not reach the fleet", []edit{
		{stackNetwork, "", "lead(n.entrance, n.fleet, 80,", "lead(n.entrance, n.fleet, 8080,"},
	}},
	{"the fleet cannot reach S3", []edit{
		{stackNetwork, "", "\tn.fleet.AddEgressRule(awsec2.Peer_AnyIpv4(), https, jsii.String(\"S3 through its gateway endpoint\"), nil)\n", ""},
	}},
	{"a VPC of the user's own gets flow logs that go with the stack", []edit{
		{"cdk/one_role.go", "", " && o.VPC == \"\"", ""},
	}},
	{"the fleet is in the public subnets of a given VPC, whatever others are given", []edit{
		{"cdk/own_network.go", "", "if s.options.PrivateSubnets != \"\" {", "if s.options.PrivateSubnets == \"\" {"},
	}},
	{"subnets may be of another VPC", []edit{
		{"lambdas/plan/subnets.go", "", "of != vpc {", "of == \"\" {"},
	}},
	{"a load balancer may have one zone", []edit{
		{"lambdas/plan/subnets.go", "", "len(zones) < 2 {", "len(zones) < 1 {"},
	}},
	{"an internet gateway counts as a way out of instances without an address", []edit{
		{"internal/vpc/ways.go", "", "return isEverywhere(r) && !strings.HasPrefix(aws.ToString(r.GatewayId), \"igw-\")", "return isEverywhere(r)"},
	}},
	{"subnets without a way to S3 are chosen for the fleet", []edit{
		{"internal/vpc/choose.go", "", "isPrivate(subnet) && w.ReachesS3(subnet)", "isPrivate(subnet)"},
	}},
	{"subnets of different zones are chosen", []edit{
		{"internal/vpc/choose.go", "", "return others[zone] == \"\"", "return len(others) == 0"},
	}},
	{"there is a gateway that costs by the hour", []edit{
		{stackNetwork, "", "NatGateways: jsii.Number(0)", "NatGateways: jsii.Number(1)"},
	}},
	{"the network has one zone", []edit{
		{stackNetwork, "", "MaxAzs:      jsii.Number(2)", "MaxAzs:      jsii.Number(1)"},
	}},
	{"the photos go with the stack", []edit{
		{stackStorage, "", "awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE", "awscdk.RemovalPolicy_DESTROY"},
	}},
	{"the photos can be made public", []edit{
		{stackStorage, "jsii.String(s.bucketName()),", "BlockPublicAccess_BLOCK_ALL()", "BlockPublicAccess_BLOCK_ACLS_ONLY()"},
	}},
	{"a photo that is deleted cannot be brought back", []edit{
		{stackStorage, "", "Versioned:         jsii.Bool(true)", "Versioned:         jsii.Bool(false)"},
	}},
	{"the upload key can be replaced", []edit{
		{stackStorage, "", `"s3:if-none-match": "true"`, `"s3:if-none-match": "false"`},
	}},
	{"targets are asked for a page that is not there", []edit{
		{stackStorage, "", `Path:                    jsii.String("/")`, `Path:                    jsii.String("/health")`},
	}},
	{"targets that answer an error are healthy", []edit{
		{stackStorage, "", `jsii.String("200")`, `jsii.String("200-499")`},
	}},
	{"a rule may not invoke its function", []edit{
		{stackRules, "", "jsii.String(s.ruleARN(name)),\n\t})", "jsii.String(s.ruleARN(name + \"-\")),\n\t})"},
	}},
	{"a release that runs out of time is not swept", []edit{
		{stackRules, "", `[]string{"ABORTED", "TIMED_OUT"}`, `[]string{"ABORTED"}`},
	}},
	{"a release that undid itself is swept again", []edit{
		{stackRules, "", `"anything-but": release.Ends()`, `"anything-but": release.Ends()[:2]`},
	}},
	{"the death of a builder is not heard of", []edit{
		{stackRules, "", `release.EndingStates()`, `release.EndingStates()[:2]`},
	}},
	{"a first deployment is torn down at night without being asked", []edit{
		{optionTable, "", `Key: "nightlyTeardown", Default: off`, `Key: "nightlyTeardown", Default: "cron(0 20 * * ? *)"`},
	}},
	{"a release begins every morning unless that is turned off", []edit{
		{optionTable, "", `Key: "morningRelease", Default: off`, `Key: "morningRelease", Default: "cron(0 7 * * ? *)"`},
	}},
	{"the schedules run in another time zone", []edit{
		{"cdk/schedules.go", "", "jsii.String(s.options.TimeZone)", `jsii.String("UTC")`},
	}},
	{"a schedule begins a release while the stack is destroyed", []edit{
		{"cdk/schedules.go", "", "\tschedule.Node().AddDependency(destroyer)\n", "\t_ = schedule\n"},
	}},
	{"people get a message of a dry run", []edit{
		{"cdk/ends.go", "", "[]string{`{\"unchanged\":`, `{\"dryRun\":`}", "[]string{`{\"unchanged\":`}"},
	}},
	{"a release that somebody stops rings nobody", []edit{
		{"cdk/ends.go", "", `unless("ABORTED", lock.Interrupted), `, ""},
	}},
	{"a request that was refused rings as a failed release", []edit{
		{"cdk/ends.go", "", `anythingBut(map[string]any{"prefix": append([]string{command}, refusals...)})`, `map[string]any{"prefix": ""}`},
	}},
	{"people hear of a teardown that left everything alone", []edit{
		{"cdk/ends.go", "", "`{\"kept\":*`, `*\"stays\":true*`", "`{\"kept\":*`"},
	}},
	{"a message says null of a release without a cause", []edit{
		{"cdk/ends.go", "", `"is <status>. A teardown`, `"is <status>: <cause> A teardown`},
	}},
	{"a teardown that runs out of time rings nobody", []edit{
		{"cdk/alarms.go", "", "\t\t{\"teardown-timed-out\", \"ran out of time\", \"ExecutionsTimedOut\"},\n", ""},
	}},
	{"an alarm tells nobody", []edit{
		{"cdk/alarms.go", "", "\talarm.AddAlarmAction(awscloudwatchactions.NewSnsAction(s.notifications.topic))\n", ""},
	}},
	{"an outage tells nobody", []edit{
		{"cdk/outages.go", "", "s.whenAlarms(s.options.Environment.Outages())", `s.whenAlarms([]string{"none"})`},
	}},
	{"nobody is told that an outage is over", []edit{
		{"cdk/outages.go", "", `, map[string]any{"state": is("OK"), "previousState": is("ALARM")}}`, "}"},
	}},
	{"each release sends that an outage is over", []edit{
		{"cdk/outages.go", "", `is("OK"), "previousState": is("ALARM")}`, `is("OK")}`},
	}},
	{"a cause with quotation marks breaks what a webhook gets", []edit{
		{"cdk/message.go", "", `"<"+m.free+">")` + "\n\t}", `"\"<"+m.free+">\"")` + "\n\t}"},
	}},
	{"the topic of the option gets no messages", []edit{
		{"cdk/topic.go", "", `if s.options.Topic != "" {`, "if false {"},
	}},
}
