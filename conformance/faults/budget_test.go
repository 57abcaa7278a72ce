package faults

import (
	"time"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// spend writes down what the month has cost so far.
func (env *environment) spend(amount float64) {
	api, table, now := env.Clients.DynamoDB, env.Settings.Table, time.Now()
	former, err := records.ReadSpending(env.ctx, api, table)
	if err == nil {
		err = records.WriteSpending(env.ctx, api, table, former, release.Spending{Month: release.MonthOf(now), Spent: amount, At: now.UTC()})
	}
	if err != nil {
		env.violate("the month's spending is not written down: " + err.Error())
	}
}

// checkBudget requires that nothing serves any more, unless a fault does not pass by itself.
func (env *environment) checkBudget() {
	if env.faultsPass() && env.recorded().Serving {
		env.violate("what serves outlives its budget")
	}
}

// faultsPass reports whether all faults pass by themselves.
func (env *environment) faultsPass() bool {
	env.mu.Lock()
	defer env.mu.Unlock()
	passes := true
	for _, one := range env.armed {
		passes = passes && one.fault.tolerated != nil && one.fault.tolerated(one.at)
	}
	return passes
}
