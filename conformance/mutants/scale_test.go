package mutants

const scaleFleet = "internal/environment/scale.go"

// scaleMutants are wrong about the sizes of a fleet between two releases.
var scaleMutants = []mutant{
	{"the release after a change of sizes sets the former ones", []edit{
		{scaleFleet, "", "current.MinSize, current.MaxSize = sizes.MinSize, sizes.MaxSize", "_ = current.MinSize"},
	}},
	{"sizes are set while a release runs that sets others", []edit{
		{scaleFleet, "", "range running.Executions", "range running.Executions[:0]"},
	}},
	{"sizes are set over a teardown", []edit{
		{scaleFleet, "", "err != nil || held == nil", "err != nil || held != nil"},
	}},
	{"nobody hears of a release that began while sizes were set", []edit{
		{scaleFleet, "", "err = s.idle(ctx, ", "_ = s.idle(ctx, "},
	}},
	{"a scheduled size ends with the sizes from before they were changed", []edit{
		{scaleFleet, "", "next.Timetable, next.Usual())", "next.Timetable, release.Bounds{MinSize: 2, MaxSize: 5})"},
	}},
}
