package mutants

const spending = "release/spending.go"

var budgetMutants = []mutant{
	{"the last hours of a month count in the next one", []edit{
		{spending, "", "since.Before(start)", "since.After(start)"},
	}},
	{"an hour counts as what stands at its end", []edit{
		{spending, "", "max(s.Hour, hour)", "hour"},
	}},
	{"a missed hour is lost", []edit{
		{spending, "", "max(0, now.Sub(since).Hours())", "min(1, max(0, now.Sub(since).Hours()))"},
	}},
	{"a budget has nothing left for what stays", []edit{
		{spending, "", "s.Idle*s.Ends().Sub(s.At).Hours()", "s.Idle"},
	}},
	{"a teardown that lowers the cost lifts the refusal", []edit{
		{spending, "", "(s.UsedUp >= budget || s.Committed() >= budget)", "s.Committed() >= budget"},
	}},
	{"two checks at the same time count an hour twice", []edit{
		{"lambdas/records/spending.go", "", `aws.String("checked = :former")`, `aws.String("checked <> :former OR checked = :former")`},
	}},
	{"a used up budget refuses no release", []edit{
		{"lambdas/plan/plan.go", "", "(ctx, p.budget, plainName, p.sizes", "(ctx, plainName, p.sizes"},
	}},
	{"a release may have instances that no budget can count", []edit{
		{"lambdas/plan/plan.go", "", "p.instanceType, p.priced, p.lab, p.quota)", "p.instanceType, p.lab, p.quota)"},
	}},
}
