package mutants

const runScript = "gallery-ami/recipe/run.sh"

// runMutants leave something of a command, or run it with another's settings.
var runMutants = []mutant{
	{"a command runs with the configured settings, not with those that serve", []edit{
		{"lambdas/plan/run.go", "", "cmp.Or(d.request.Settings, d.serving.Settings, release.NoSettings)", "cmp.Or(d.request.Settings, d.plan.Settings)"},
	}},
	{"a command that has run is in the history as a release", []edit{
		{"lambdas/lock/history.go", "", "\tif plan.Run {\n\t\tentry.Kind = release.RunEntry\n\t}\n", ""},
	}},
	{"a command goes on beside the next release", []edit{
		{releaseMachine, `"AwaitRun": {`, `"Next": "TerminateRunner"`, `"Next": "Unlock"`},
	}},
	{"a command may run on anybody's image", []edit{
		{dependents, "func runRunner(", `[]string{amazon("image/*")}, Conditions: owned(environment)}`, `[]string{amazon("image/*")}, Conditions: map[string]map[string]string{"StringLike": {"ec2:Owner": "*"}}}`},
	}},
	{"of a large output the beginning is kept", []edit{
		{runScript, "", `tail -c "$((most + 1))" <"$work/pipe"`, `head -c "$((most + 1))" <"$work/pipe"`},
	}},
	{"the app serves beside a command", []edit{
		{runScript, "", "systemctl stop photogallery.service\n", ""},
	}},
	{"a command on one machine never ends", []edit{
		{"internal/local/process/run.go", "", "time.AfterFunc(limit, started.askToEnd)", "time.AfterFunc(100*limit, started.askToEnd)"},
	}},
}
