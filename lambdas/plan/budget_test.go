package plan_test

import (
	"testing"
	"time"

	"photogallery/internal/price"
	"photogallery/lambdas/records"
	"photogallery/release"
)

func TestUsedUpBudgetRefusesARelease(t *testing.T) {
	inCloud(t, func(c *cloud) {
		used := release.Spending{}.Until(time.Now(), 0, 0)
		used.Spent = 20.03
		if err := records.WriteSpending(c.Context(), c.clients.DynamoDB, table, release.Spending{}, used); err != nil {
			t.Fatal(err)
		}
		c.mustPlan(`{}`)
		c.settings.Budget = 20
		c.refuses(`{}`, release.BudgetUsedUp, "$20.03 of $20.00", "-c budget=40")
		c.refuses(`{"instanceType": "m8g.metal-48xl"}`, release.InvalidRequest, "$20.03 of $20.00", "m8g.metal-48xl", price.Path)
		c.settings.Budget = 21
		c.mustPlan(`{}`)
	})
}
