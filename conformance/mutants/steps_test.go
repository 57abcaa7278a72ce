package mutants

const (
	launchBuilder = "lambdas/builder/launch.go"
	awaitBuild    = "lambdas/builder/await_build.go"
	resumeBuild   = "lambdas/builder/resume.go"
	createImage   = "lambdas/image/create_image.go"
	templateData  = "lambdas/fleet/template_data.go"
	makeTemplate  = "lambdas/fleet/ensure_template.go"
	createGroup   = "lambdas/fleet/create_group.go"
	startRefresh  = "lambdas/fleet/start_refresh.go"
	lockRecord    = "lambdas/records/lock.go"
	ttlSchedule   = "lambdas/schedule/schedule_teardown.go"
	scalingAlarms = "lambdas/scaling/alarm.go"
	handler       = "lambdas/step/handler.go"
)

// recordFirst and completeFirst are how a build's result should be told, and how it should not.
const (
	recordFirst = `	if err := r.builds.PutResult(ctx, heard.instance, heard.result); err != nil {
		return struct{}{}, err
	}
	known, err := r.builds.Get(ctx, heard.instance)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, complete(ctx, r.tasks, heard.instance, known, inventory.IsRunner(*builder))
`
	completeFirst = `	known, err := r.builds.Get(ctx, heard.instance)
	if err != nil {
		return struct{}{}, err
	}
	if known.Result == nil {
		known.Result = &heard.result
	}
	if err := complete(ctx, r.tasks, heard.instance, known, inventory.IsRunner(*builder)); err != nil {
		return struct{}{}, err
	}
	return struct{}{}, r.builds.PutResult(ctx, heard.instance, heard.result)
`
	tokenFirst = `	if err := a.builds.PutToken(ctx, in.Instance, in.Token); err != nil {
		return Awaited{}, err
	}
	known, err := a.builds.Get(ctx, in.Instance)
	if err != nil {
		return Awaited{}, err
	}
`
	lookFirst = `	known, err := a.builds.Get(ctx, in.Instance)
	if err != nil {
		return Awaited{}, err
	}
	if err := a.builds.PutToken(ctx, in.Instance, in.Token); err != nil {
		return Awaited{}, err
	}
	known.Token = in.Token
`
)

// awaitFirst and lookForVerdictFirst are how a person's verdict should be awaited, and how it should not.
const (
	awaitFirst = `	if err := a.verdicts.Await(ctx, in.Plan.Release, records.Waiting{Token: in.Token, Point: in.point(), Since: in.Since}); err != nil {
		return Awaited{}, err
	}
	waiting, err := a.verdicts.Get(ctx, in.Plan.Release)
	if err != nil {
		return Awaited{}, err
	}
`
	lookForVerdictFirst = `	waiting, err := a.verdicts.Get(ctx, in.Plan.Release)
	if err != nil {
		return Awaited{}, err
	}
	waiting.Token, waiting.Point, waiting.Since = in.Token, in.point(), in.Since
	if err := a.verdicts.Await(ctx, in.Plan.Release, waiting); err != nil {
		return Awaited{}, err
	}
`
)

var stepMutants = []mutant{
	{"a refresh goes on before the grace period of a new instance is over", []edit{
		{"lambdas/step/settings.go", "", "RefreshWarmup: 5 * time.Minute", "RefreshWarmup: 2 * time.Minute"},
	}},
	{"a target that was ill is forgotten when it is replaced", []edit{
		{"lambdas/balancer/verify.go", "", "reason = in.Explain(reason)", `reason += ""`},
	}},
	{"a template that AWS does not know everywhere yet fails the release", []edit{
		{"release/classify.go", "", `{"AccessDenied", "You are not authorized to use launch template"}`, `{"AccessDenied", "You are not authorized to use a launch template"}`},
	}},
	{"a step's error has the name of its Go type", []edit{
		{handler, "", "return messages.InvokeResponse_Error{Type: string(failure.Code), Message: failure.Message}",
			"_ = messages.InvokeResponse_Error{}\n\treturn failure"},
	}},
	{"a step's panic has no code", []edit{
		{handler, "", `boundary(release.Errorf(release.Unexpected, "%s panicked: %v", h.step, defect))`, `fmt.Errorf("%s panicked: %v", h.step, defect)`},
	}},
	{"a throttled call is refused for good", []edit{
		{"release/classify.go", "", `"RequestLimitExceeded", `, ""},
	}},
	{"a builder has no role tag", []edit{
		{launchBuilder, "", "\t\trelease.Tag{Key: release.TagRole, Value: l.role},\n", ""},
	}},
	{"a builder's volume has no tags", []edit{
		{launchBuilder, "", "types.ResourceTypeInstance, types.ResourceTypeVolume, types", "types.ResourceTypeInstance, types"},
	}},
	{"an image has no release tag", []edit{
		{createImage, "", "\t\trelease.Tag{Key: release.TagRelease, Value: plan.Release},\n", ""},
	}},
	{"a snapshot has no tags", []edit{
		{createImage, "", "\t\t{ResourceType: types.ResourceTypeSnapshot, Tags: tags},\n", ""},
	}},
	{"a launch template has no tags", []edit{
		{makeTemplate, "", "ResourceType: types.ResourceTypeLaunchTemplate, Tags: inventory.Tags(e.settings.Tagged()),", "ResourceType: types.ResourceTypeLaunchTemplate,"},
	}},
	{"a group does not hand its tag on to instances", []edit{
		{createGroup, "", "PropagateAtLaunch: aws.Bool(tag.Key == release.TagEnvironment)", "PropagateAtLaunch: aws.Bool(false)"},
	}},
	{"a group has no environment tag", []edit{
		{createGroup, "", "range c.settings.Tagged()", "range c.settings.Tags"},
	}},
	{"an alarm has no tags", []edit{
		{scalingAlarms, "", "\t\tTags:             p.tags,\n", ""},
	}},
	{"the fleet's metadata service wants no token", []edit{
		{templateData, "", "types.LaunchTemplateHttpTokensStateRequired", "types.LaunchTemplateHttpTokensStateOptional"},
	}},
	{"the builder's metadata service wants no token", []edit{
		{launchBuilder, "", "types.HttpTokensStateRequired", "types.HttpTokensStateOptional"},
	}},
	{"the fleet's volumes are not encrypted", []edit{
		{templateData, "", "Encrypted: aws.Bool(true)", "Encrypted: aws.Bool(false)"},
	}},
	{"the builder's volume is not encrypted", []edit{
		{launchBuilder, "", "Encrypted: aws.Bool(true)", "Encrypted: aws.Bool(false)"},
	}},
	{"the fleet's volumes have another key than the stack's", []edit{
		{templateData, "", "KmsKeyId: settings.VolumeKey(), ", ""},
	}},
	{"the builder's volume has another key than the stack's", []edit{
		{launchBuilder, "", "KmsKeyId: l.settings.VolumeKey(), ", ""},
	}},
	{"a release bakes with a key that its builder may not use", []edit{
		{"lambdas/plan/ebs_key.go", "", "aws.ToString(out.KmsKeyId); IsOwnKey(key)", "aws.ToString(out.KmsKeyId); IsOwnKey(key) && d.request.Image != \"\""},
	}},
	{"the fleet's instances have public addresses", []edit{
		{templateData, "", "AssociatePublicIpAddress: aws.Bool(false)", "AssociatePublicIpAddress: aws.Bool(true)"},
	}},
	{"the fleet is in the load balancer's security group", []edit{
		{templateData, "", "settings.InstanceSecurityGroup", "settings.LoadBalancerSecurityGroup"},
	}},
	{"the fleet has the builder's role", []edit{
		{templateData, "", "settings.FleetProfile", "settings.BuilderProfile"},
	}},
	{"a builder that shuts down only stops", []edit{
		{launchBuilder, "", "types.ShutdownBehaviorTerminate", "types.ShutdownBehaviorStop"},
	}},
	{"a builder is launched without a client token", []edit{
		{launchBuilder, "", "order.ClientToken = aws.String(", "_ = aws.String("},
	}},
	{"a template version is made without a client token", []edit{
		{makeTemplate, "", "\t\tClientToken:        e.token(\"template version\", in),\n", ""},
	}},
	{"a build's result completes the token before it is recorded", []edit{
		{resumeBuild, "", recordFirst, completeFirst},
	}},
	{"a build is awaited only after a look for its result", []edit{
		{awaitBuild, "", tokenFirst, lookFirst},
	}},
	{"anyone who can write events ends a build", []edit{
		{resumeBuild, "", `if heard.release != "" && heard.release != inventory`, `if heard.release == "-" && heard.release != inventory`},
	}},
	{"a refresh does not roll itself back", []edit{
		{startRefresh, "", "AutoRollback = aws.Bool(true)", "AutoRollback = aws.Bool(false)"},
	}},
	{"a refresh is under no alarm", []edit{
		{startRefresh, "", "\tpreferences.AlarmSpecification = &types.AlarmSpecification{Alarms: in.Alarms}\n", ""},
	}},
	{"a refresh leads to the latest template version", []edit{
		{startRefresh, "", "Version: aws.String(in.TemplateVersion)", `Version: aws.String("$Latest")`},
	}},
	{"a refresh terminates before it launches", []edit{
		{"lambdas/fleet/refresh.go", "", "MinHealthyPercentage:      aws.Int32(100)", "MinHealthyPercentage:      aws.Int32(50)"},
	}},
	{"an entrance keeps the security group that it was made with", []edit{
		{"lambdas/balancer/ensure_load_balancer.go", "", "if sameSet(found.SecurityGroups, groups) {", "if sameSet(groups, groups) {"},
	}},
	{"the group does not ask the load balancer for health", []edit{
		{createGroup, "", `HealthCheckType:        aws.String("ELB")`, `HealthCheckType:        aws.String("EC2")`},
	}},
	{"the group is in the public subnets", []edit{
		{createGroup, "", "c.settings.PrivateSubnets", "c.settings.PublicSubnets"},
	}},
	{"a release is verified by its home page alone", []edit{
		{"lambdas/balancer/verify.go", "", `verdict.Reason == "" && verdict.Healthy < least {`, `verdict.Reason == "-" && verdict.Healthy < least {`},
		{"lambdas/balancer/verify.go", "", `if trouble := troubleOf(target, in.Plan); trouble != "" && (`, `if trouble := troubleOf(target); trouble == "-" && (`},
	}},
	{"a second fleet is verified as a visitor sees it, which is the other one", []edit{
		{"lambdas/balancer/verify.go", "", "if !in.Preview {", "if in.URL != \"\" {"},
	}},
	{"the former fleet may shrink while visitors leave it", []edit{
		{"lambdas/scaling/ensure_scaling.go", "", "\tif err := e.hold(ctx, in.Former, in.Plan, 0); err != nil {\n\t\treturn err\n\t}\n", ""},
	}},
	{"a scheduled size's end gives no bounds back", []edit{
		{"lambdas/scaling/scheduled.go", "", `size.Ends(), usual, 0)`, `size.Ends(), size.Bounds(), 0)`},
	}},
	{"a scheduled size shrinks a fleet that may have to take the traffic back", []edit{
		{"lambdas/scaling/ensure_scaling.go", "", "plan.Rising(least, now, now.Add(plan.Longest())), release.Bounds{}, held, 0)", "plan.Timetable, plan.Usual(), held, 0)"},
	}},
	{"a release during a scheduled size sets the usual bounds", []edit{
		{"lambdas/scaling/ensure_scaling.go", "", "in.Plan.Usual(), in.Plan.Bounds, desired)", "in.Plan.Usual(), func(time.Time) release.Bounds { return in.Plan.Usual() }, desired)"},
	}},
	{"a scheduled size whose hours change keeps its former next time", []edit{
		{"lambdas/scaling/scheduled.go", "", "present[name]; known && sameTime(there, action) {", "present[name]; known {"},
		{"lambdas/scaling/scheduled.go", "", "\t\t\tif sameSizes(there, action) {", "\t\t\tif sameSizes(there, action) && sameTime(there, action) {"},
	}},
	{"the judge takes the former fleet for the new one", []edit{
		{"lambdas/balancer/metrics.go", "", "{{newFleet, fresh}, {formerFleet, former}}", "{{newFleet, former}, {formerFleet, fresh}}"},
	}},
	{"the judge rejects what is better", []edit{
		{"lambdas/balancer/judge/rules.go", "", "worse(fresh.Errors, fresh.Requests, beside.Errors, beside.Requests,", "worse(beside.Errors, beside.Requests, fresh.Errors, fresh.Requests,"},
	}},
	{"visitors are moved without the lock", []edit{
		{"lambdas/balancer/shift_traffic.go", "", "in.Execution); err != nil {", "in.Execution); err != nil && in.Percent > 100 {"},
	}},
	{"a second fleet is as large as a first one", []edit{
		{"lambdas/fleet/find_group.go", "", "size = min(max(size, in.MinSize), in.MaxSize)", "size = in.MinSize"},
	}},
	{"a release rolls unless it asks for a second fleet", []edit{
		{"release/request.schema.json", "", `"default": "blueGreen"`, `"default": "rolling"`},
	}},
	{"the quota of a second fleet is reckoned as if it replaced the first", []edit{
		{"lambdas/plan/quota.go", "", "most, rolling = PeakBlueGreen(serving, wanted), most", "most, rolling = most, PeakBlueGreen(serving, wanted)"},
	}},
	{"a refusal names the other strategy though that needs too much, too", []edit{
		{"lambdas/plan/quota.go", "", "rolling < most && rolling*d.vcpus <= limit", "rolling < most"},
	}},
	{"a rolling release leaves the fleet that an earlier run left", []edit{
		{"lambdas/fleet/find_group.go", "", "case g.Idle != nil && !IsDeleting(g.Idle):", "case g.Idle != nil && !IsDeleting(g.Idle) && second:"},
	}},
	{"a dry run stores the bundle", []edit{
		{"internal/stack/seed.go", "", "if !dry {", "if true {"},
	}},
	{"a dry run says nothing of a fleet that is rolled", []edit{
		{"lambdas/plan/forecast.go", "", "case fleet.Present:", `case "":`},
	}},
	{"a dry run names the image that serves, and not the one of the content", []edit{
		{"lambdas/plan/forecast.go", "", "f.Image = aws.ToString(d.image.ImageId)", "f.Image = d.serving.Image"},
	}},
	{"the dry run of a teardown that keeps no image tears down", []edit{
		{"release/teardown_request.go", "", "DryRun: r.DryRun,", "DryRun: r.DryRun && r.Images != DeleteImages,"},
	}},
	{"a second fleet has the slot of the one that serves", []edit{
		{"lambdas/fleet/find_group.go", "", "FoundGroup{State: Beside, Slot: former.Other(),", "FoundGroup{State: Beside, Slot: former,"},
	}},
	{"the lock is written though another run holds it", []edit{
		{lockRecord, "", `in.ConditionExpression = aws.String("attribute_not_exists(" + Key + ")")`, "in.ConditionExpression = nil"},
	}},
	{"a dead holder's lock is taken over by several", []edit{
		{lockRecord, "", "in.ConditionExpression, in.ExpressionAttributeValues = heldBy(former)", "_, _ = heldBy(former)"},
	}},
	{"a run gives back a lock that is another's", []edit{
		{lockRecord, "", "\t\tConditionExpression: condition, ExpressionAttributeValues: values,\n", ""},
		{lockRecord, "", "condition, values := heldBy(execution)", "_, _ = heldBy(execution)"},
	}},
	{"a release promotes itself without the lock", []edit{
		{"lambdas/promote/promote.go", "", "err := records.RequireLock(ctx, p.table, p.settings.Table, in.Execution); err != nil", "err := records.RequireLock(ctx, p.table, p.settings.Table, in.Execution); err == nil && false"},
	}},
	{"the image that a rollback needs is retired", []edit{
		{"lambdas/promote/retire.go", "", "Except: []string{serving.Image, serving.FormerImage}", "Except: []string{serving.Image}"},
	}},
	{"a ttl's schedule stays after it has run", []edit{
		{ttlSchedule, "", "types.ActionAfterCompletionDelete", "types.ActionAfterCompletionNone"},
	}},
	{"a ttl's teardown does not say whose ttl it is", []edit{
		{ttlSchedule, "", `release.TeardownRequest{OnlyIfServing: plan.Release}`, `release.TeardownRequest{}`},
	}},
	{"what a release makes lacks the organization's tags", []edit{
		{"lambdas/step/settings.go", "", "append(append(tags, own...), s.Tags...)", "append(tags, own...)"},
	}},
	{"a fleet without data counts as busy", []edit{
		{scalingAlarms, "", `aws.String("breaching")`, `aws.String("notBreaching")`},
	}},
	{"the alarms of an outage count the minutes before there was a fleet", []edit{
		{"lambdas/scaling/outage.go", "", "IF(EPOCH(FILL(errors, 0)) >= %d AND", "IF(EPOCH(FILL(errors, 0)) >= 0 * %d AND"},
	}},
	{"an outage by errors does not count those without a target", []edit{
		{"lambdas/scaling/outage.go", "", "> FILL(errors, 0) + FILL(requests, 0), 1, 0)", "> FILL(errors, 0) + requests, 1, 0)"},
	}},
	{"the guard of a refresh wants half an hour", []edit{
		{scalingAlarms, "", "alarm.EvaluationPeriods = aws.Int32(3)", "alarm.EvaluationPeriods = aws.Int32(30)"},
	}},
	{"a person's verdict that is a promotion acts on each later wait, too", []edit{
		{"lambdas/records/verdict.go", "", "return g.At.After(wait)", "return true"},
	}},
	{"a person's verdict on one wait promotes at the next one, too", []edit{
		{"lambdas/records/verdict.go", "", "return g.Wait.Equal(wait)", "return !g.Wait.After(wait)"},
	}},
	{"a person's verdict in the second in which its wait begins is dropped", []edit{
		{"lambdas/records/verdict.go", "", "if !g.Wait.IsZero() {", "if !g.Wait.IsZero() && g.At.After(wait) {"},
	}},
	{"a person's verdict to promote undoes a rollback", []edit{
		{"lambdas/records/verdict.go", "", "case former.Answer == release.Rollback:", "case former.Answer == \"\":"},
	}},
	{"a person's silence is a verdict for an approval", []edit{
		{"lambdas/verdict/await_verdict.go", "", "waiting.Now() == nil && in.Asking &&", "waiting.Now() == nil && !in.Asking &&"},
	}},
	{"a person's verdict is looked for before the task that waits is recorded", []edit{
		{"lambdas/verdict/await_verdict.go", "func (a awaiter) run(", awaitFirst, lookForVerdictFirst},
	}},
	{"HTTPS speaks TLS 1.0", []edit{
		{"lambdas/balancer/listener.go", "", `"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"`, `"ELBSecurityPolicy-2016-08"`},
	}},
}
