package mutants

var consoleMutants = []mutant{
	{"a read-only console acts", []edit{
		{"internal/console/handler.go", "", "if !c.ReadOnly {", "if !c.ReadOnly || c.isLocal() {"},
	}},
	{"the console asks on without a page", []edit{
		{"internal/console/feed.go", "func (f *feed) drop(", "\t\tf.current.stop()\n", ""},
	}},
	{"the console of a stack never reads credentials again", []edit{
		{"internal/awsstack/lasting.go", "", "if err == nil && !credentials.CanExpire {", "if err != nil && !credentials.CanExpire {"},
	}},
	{"the console shows minutes that CloudWatch does not have yet", []edit{
		{"internal/environment/metrics.go", "", "const metricsTake = time.Minute", "const metricsTake = 0 * time.Minute"},
	}},
	{"an instance shows a former minute's CPU", []edit{
		{"internal/environment/metrics.go", "", "slices.MaxFunc(slices.Collect", "slices.MinFunc(slices.Collect"},
	}},
}
