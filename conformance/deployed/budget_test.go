//go:build conformance

package deployed

import (
	"time"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// budget lets a month's budget be used up, and another month begin.
func (c *cloud) budget() {
	usual := c.checkBudget()
	if usual.Hour <= usual.Idle || usual.Warned != 0 {
		c.Errorf("while a release serves the month's spending is %+v", usual)
	}
	used := usual
	used.Spent, used.At = usual.Budget, time.Now().UTC()
	c.writeSpending(usual, used)
	used = c.checkBudget()
	c.want("the budget of which people were told that it is used up", used.UsedUp, used.Budget)
	c.await(executionARN(environment.TeardownMachine(), "budget-"+used.At.Format("2006-01-02-15"))).ends("Succeeded")
	c.nothing(1)
	c.run("release", "too-dear", `{}`).ends("FailedClean", "BudgetUsedUp")
	c.writeSpending(used, usual)
}

// checkBudget runs the hourly check.
func (c *cloud) checkBudget() (spending release.Spending) {
	c.Helper()
	c.invoke("check-budget", map[string]any{}, &spending)
	return spending
}

func (c *cloud) writeSpending(former, next release.Spending) {
	c.Helper()
	if err := records.WriteSpending(c.Context(), c.DynamoDB, c.variable("CheckBudget", "TABLE"), former, next); err != nil {
		c.Fatal(err)
	}
}
