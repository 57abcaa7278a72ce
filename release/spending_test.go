package release

import (
	"math"
	"testing"
	"time"
)

func june(day, hour int) time.Time { return time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC) }

func TestSpendingAddsTheTimeSinceTheLastCheck(t *testing.T) {
	former := Spending{Month: "2026-06", Spent: 5, At: june(10, 12), Hour: 0.2, Warned: 20, UsedUp: 10}
	for name, test := range map[string]struct {
		former Spending
		now    time.Time
		hour   float64
		want   float64
	}{
		"an hour":                          {former, june(10, 13), 0.2, 5.2},
		"what was dearer before":           {former, june(10, 13), 0.1, 5.2},
		"what is dearer now":               {former, june(10, 13), 0.3, 5.3},
		"missed hours":                     {former, june(10, 22), 0.2, 7},
		"no time":                          {former, june(10, 12), 0.2, 5},
		"a clock that was set back":        {former, june(10, 11), 0.2, 5},
		"the first check":                  {Spending{}, june(10, 13), 0.2, 0.2},
		"the first check of a first month": {Spending{}, june(1, 0), 0.2, 0},
		"the next month":                   {former, time.Date(2026, 7, 1, 2, 0, 0, 0, time.UTC), 0.2, 0.4},
		"a month without a check":          {former, time.Date(2026, 8, 1, 3, 0, 0, 0, time.UTC), 0.2, 0.6},
	} {
		next := test.former.Until(test.now, test.hour, 0.01)
		if math.Abs(next.Spent-test.want) > 1e-9 || !next.At.Equal(test.now) || next.Month != MonthOf(test.now) {
			t.Errorf("%s: %+v, want %g spent", name, next, test.want)
		}
		if isSame := next.Month == test.former.Month; isSame && (next.Warned != 20 || next.UsedUp != 10) || !isSame && (next.Warned != 0 || next.UsedUp != 0) {
			t.Errorf("%s: people were told of %+v", name, next)
		}
	}
}

func TestBudgetReservesWhatStaysUntilTheMonthEnds(t *testing.T) {
	last := Spending{Month: "2026-06", Spent: 19, At: june(30, 0), Hour: 0.12, Idle: 0.04} // 24 hours before the end
	if committed := last.Committed(); math.Abs(committed-(19+0.96+0.02)) > 1e-9 {
		t.Errorf("committed is %g", committed)
	}
	for budget, want := range map[float64][2]bool{100: {false, false}, 24: {true, false}, 20: {true, false}, 19.98: {true, true}, 5: {true, true}} {
		if got := [2]bool{last.IsNearly(budget), last.IsUsedUp(budget, june(30, 1))}; got != want {
			t.Errorf("of %g: nearly used up, used up: %v, want %v", budget, got, want)
		}
	}
	if last.IsUsedUp(5, last.Ends()) {
		t.Error("a month's spending uses up the next one's budget")
	}
	if last.UsedUp = 30; !last.IsUsedUp(20, june(30, 1)) || last.IsUsedUp(31, june(30, 1)) {
		t.Error("a used up budget counts for lower ones and no higher ones")
	}
	if want := "$19.00 of $20.00, and $0.98 more for what stays until July 1"; (func() string { last.Budget = 20; return last.String() })() != want {
		t.Errorf("it says %s", last)
	}
}
