package release

import (
	"fmt"
	"time"
)

// Spending is the cost of an environment in one calendar month, in USD, as CheckBudget adds it up.
type Spending struct {
	Month  string    `json:"month"` // in UTC, such as 2026-11
	Spent  float64   `json:"spent"` // until At
	At     time.Time `json:"at"`    // of the last check
	Hour   float64   `json:"hour"`  // the cost of an hour with what stood then
	Idle   float64   `json:"idle"`  // the part of Hour that a teardown leaves
	Budget float64   `json:"budget"`

	Warned float64 `json:"warned,omitempty"` // the budget of which people know that most is spent
	UsedUp float64 `json:"usedUp,omitempty"` // the highest budget that was used up
}

// BudgetWarning is the part of a budget at which people get a warning.
const BudgetWarning = 0.8

// The time between two checks, and a generous one of a teardown.
const (
	BudgetPeriod = time.Hour
	teardownTime = 15 * time.Minute
)

// MonthOf returns the month of an instant in UTC, such as 2026-11.
func MonthOf(at time.Time) string { return at.UTC().Format("2006-01") }

func monthStart(at time.Time) time.Time {
	year, month, _ := at.UTC().Date()
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// Ends returns the end of the month.
func (s Spending) Ends() time.Time { return monthStart(s.At).AddDate(0, 1, 0) }

// Until adds the time since the last check, however long that is, at the higher one of the costs of an
// hour then and now: nobody knows when between the two it changed. The first check adds one period.
func (s Spending) Until(now time.Time, hour, idle float64) Spending {
	next := s
	since := s.At
	if since.IsZero() {
		since = now.Add(-BudgetPeriod)
	}
	if month := MonthOf(now); month != s.Month {
		next = Spending{Month: month}
		if start := monthStart(now); since.Before(start) {
			since = start
		}
	}
	next.Spent += max(0, now.Sub(since).Hours()) * max(s.Hour, hour)
	next.At, next.Hour, next.Idle = now.UTC(), hour, idle
	return next
}

// Committed returns Spent with what can no longer be saved: the cost of a teardown's time, and that of
// what it leaves until the end of the month.
func (s Spending) Committed() float64 {
	return s.Spent + s.Idle*s.Ends().Sub(s.At).Hours() + (s.Hour-s.Idle)*teardownTime.Hours()
}

// IsNearly reports whether most of a budget is committed.
func (s Spending) IsNearly(budget float64) bool { return s.Committed() >= BudgetWarning*budget }

// IsUsedUp reports whether a budget was used up in the month of an instant. It stays so until the month
// ends: a teardown may lower Committed again.
func (s Spending) IsUsedUp(budget float64, now time.Time) bool {
	return s.Month == MonthOf(now) && (s.UsedUp >= budget || s.Committed() >= budget)
}

// String returns the spending with its budget, for people.
func (s Spending) String() string {
	return fmt.Sprintf("$%.2f of $%.2f, and $%.2f more for what stays until %s",
		s.Spent, s.Budget, s.Committed()-s.Spent, s.Ends().Format("January 2"))
}
