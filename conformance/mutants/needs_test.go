package mutants

// needsMutants pack, start or check an app otherwise than its bundle says.
var needsMutants = []mutant{
	{"a fleet is checked at / whatever its bundle names", []edit{
		{"lambdas/fleet/create_group.go", "", "aws.String(in.Plan.Bundle.Health())", `aws.String("/")`},
	}},
	{"a slow app's instances are replaced before they answer", []edit{
		{"lambdas/fleet/create_group.go", "", "(c.settings.Timings.InstanceGrace + in.Plan.Bundle.Longer()).Seconds()", "c.settings.Timings.InstanceGrace.Seconds()"},
	}},
	{"a refresh lets the new path be asked of the former version", []edit{
		{"lambdas/plan/content.go", "", "d.request.Strategy != release.Rolling ||", "d.request.Strategy == release.Rolling ||"},
	}},
	{"a release is verified at / whatever its bundle names", []edit{
		{"lambdas/balancer/verify.go", "", `"/") + in.Plan.Bundle.Health()`, `"/") + "/"`},
	}},
	{"a build asks for / whatever the bundle names", []edit{
		{"gallery-ami/recipe/provision.sh", "", "${PORT:-80}${HEALTH_PATH:-/}", "${PORT:-80}/"},
	}},
	{"an image's tag forgets what its app needs", []edit{
		{"release/digest.go", "", `b.SHA256 + b.suffix()`, "b.SHA256"},
	}},
	{"what is to be ignored is packed", []edit{
		{"gallery-ami/recipe/collect.go", "", "case leaves != nil, entry.IsDir(),", "case entry.IsDir(),"},
	}},
	{"a new app is written among files of another", []edit{
		{"internal/starter/starter.go", "", "len(taken) > 0", "len(taken) > len(names)"},
	}},
}
