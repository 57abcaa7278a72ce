package mutants

// sleepMutants are wrong about a gallery that nobody visits.
var sleepMutants = []mutant{
	{"a gallery goes to sleep in the middle of a bake", []edit{
		{"release/teardown_request.go", "", `r.OnlyIfServing == "" && !r.OnlyIfUnvisited`, `r.OnlyIfServing == "" || r.OnlyIfUnvisited`},
	}},
	{"visitors who came while a sleep waited are cut off", []edit{
		{"lambdas/teardown/confirm_teardown.go", "", "if in.Plan.OnlyIfUnvisited {", "if in.Plan.OnlyIfUnvisited && serving.Release == \"\" {"},
	}},
	{"a gallery that nobody has visited since its release stays awake", []edit{
		{"lambdas/schedule/first_look.go", "", "if after == 0 {", "if after != 0 {"},
	}},
	{"targets that answer health checks count as visitors", []edit{
		{"lambdas/scaling/unvisited.go", "", `p.ofBalancer("RequestCount")`, `&types.Metric{Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String("HealthyHostCount"), Dimensions: p.targets()}`},
	}},
	{"a gallery that somebody has visited is said to sleep at its first look", []edit{
		{"internal/environment/visits.go", "", "due.After(now)", "due.Before(now)"},
	}},
	{"the last visit is asked for at each look at a stack", []edit{
		{"internal/awsstack/visits.go", "", "!minute.Equal(s.visits.asked)", "!minute.IsZero()"},
	}},
}
