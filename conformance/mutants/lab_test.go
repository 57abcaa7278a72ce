package mutants

const (
	labRules   = "release/lab.go"
	labPlan    = "lambdas/plan/lab.go"
	sessionEnd = "release/session.go"
)

// labMutants are wrong about the limits and the session of an AWS Academy Learner Lab.
var labMutants = []mutant{
	{"a lab counts a fleet as it is, not as it may grow", []edit{
		{labPlan, "func (d *draft) withinLab", "d.plan.Largest(d.plan.Usual())", "d.plan.MinSize"},
	}},
	{"a lab forgets that the fleet that serves may have grown", []edit{
		{labRules, "func LabPeak", "return most + wanted", "return former + wanted"},
	}},
	{"a lab forgets scheduled sizes", []edit{
		{labRules, "", "most = max(most, size.MaxSize)", "_ = size"},
	}},
	{"a lab forgets what drains while a fleet is rolled", []edit{
		{labRules, "", "return running + more + min(more, running-more)", "return running + more"},
	}},
	{"a lab forgets what others run", []edit{
		{labPlan, "", "if !isOwn && inventory", "if isOwn && inventory"},
	}},
	{"a lab forgets the groups of others", []edit{
		{labPlan, "", "count += int(aws.ToInt32(group.MaxSize))", "_ = group"},
	}},
	{"a lab's default request does not fit beside others", []edit{
		{labPlan, "", "min(release.LabMaxSize, fits)", "max(release.LabMaxSize, fits)"},
	}},
	{"a lab's release without a ttl serves until somebody ends it", []edit{
		{"lambdas/plan/plan.go", "", "case p.settings.Lab:\n", "case p.settings.Closed:\n"},
	}},
	{"a teardown begins when the session ends", []edit{
		{sessionEnd, "", "ends.Add(-TeardownTime)", "ends"},
	}},
	{"a lab that does not tell its quota cannot release", []edit{
		{"lambdas/plan/quota.go", "", "p.settings.Lab && ", "!p.settings.Lab && "},
	}},
	{"gallery scale forgets the limits of a lab", []edit{
		{scaleFleet, "", "err != nil || !s.Lab", "err != nil || s.Lab"},
	}},
	{"doctor takes a fleet without instances for one that serves", []edit{
		{"internal/doctor/fleet.go", "", "if serving < least {", "if serving > least {"},
	}},
	{"a session that has ended looks like a lost permission", []edit{
		{"internal/awsstack/explain.go", "", `"voc-cancel-cred"`, `"other"`},
	}},
	{"functions are not told that they are in a lab", []edit{
		{"cdk/functions.go", "", `settings["LAB"] = jsii.String("on")`, ""},
	}},
}
