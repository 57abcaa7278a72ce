package plan

import (
	"context"
	"time"

	"photogallery/internal/price"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// budget refuses a release while the month's budget is used up.
func (p planner) budget(ctx context.Context, _ *draft) error {
	if p.settings.Budget == 0 {
		return nil
	}
	spending, err := records.ReadSpending(ctx, p.table, p.settings.Table)
	if err != nil || !spending.IsUsedUp(p.settings.Budget, time.Now()) {
		return err
	}
	spending.Budget = p.settings.Budget
	return release.Errorf(release.BudgetUsedUp, "the budget of this month is used up (%s): deploy with a higher budget, such as -c budget=%.0f, or release again next month",
		spending, 2*p.settings.Budget)
}

// priced refuses an instance type whose cost nobody could add up.
func (p planner) priced(_ context.Context, d *draft) error {
	if p.settings.Budget == 0 {
		return nil
	}
	_, err := price.Load().Instance(d.plan.InstanceType)
	return err
}
