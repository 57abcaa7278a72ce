package stack

import (
	"testing"
	"time"
)

// dayOfVisits is a day on which somebody comes at four times and looks around for a quarter of an hour.
var dayOfVisits = []time.Duration{9 * time.Hour, 11*time.Hour + 30*time.Minute, 15 * time.Hour, 19 * time.Hour}

// costOfADay returns what a day costs that begins at midnight with nothing but an image.
func costOfADay(t *testing.T, sleepAfter time.Duration, day func(b *budgeted, midnight time.Time)) (dollars float64) {
	t.Helper()
	withBudgetAndSleep(t, 100_000, sleepAfter, func(b *budgeted) {
		b.release("first", `{}`).ends("Succeeded")
		b.teardown("", `{}`).ends("Succeeded")
		midnight := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
		time.Sleep(time.Until(midnight))
		b.paid, b.last = 0, time.Now()
		day(b, midnight)
		b.metered(midnight.Add(24 * time.Hour))
		dollars = b.paid
	})
	return dollars
}

// The figures are in docs/cost.md, for two instances.
func TestDayWithFourVisitsCostsAThirdOfAFleetsDay(t *testing.T) {
	always := costOfADay(t, 0, func(b *budgeted, _ time.Time) { b.release("all-day", `{}`).ends("Succeeded") })
	office := costOfADay(t, 0, func(b *budgeted, midnight time.Time) {
		b.metered(midnight.Add(8 * time.Hour))
		b.release("morning", `{}`).ends("Succeeded")
		b.metered(midnight.Add(18 * time.Hour))
		b.teardown("", `{}`).ends("Succeeded")
	})
	var waits []time.Duration
	asleep := costOfADay(t, sleepy, func(b *budgeted, midnight time.Time) {
		for _, at := range dayOfVisits {
			b.metered(midnight.Add(at))
			b.empty(1)
			b.clicks(wakeUp)
			waits = append(waits, b.letsIn(10*time.Minute).Round(time.Second))
			b.visited(1)
			b.metered(time.Now().Add(15 * time.Minute))
			b.visited(0)
		}
	})
	t.Logf("all day $%.2f, from 8 to 18 $%.2f, woken four times $%.2f after %v", always, office, asleep, waits)
	if asleep > always/3 || asleep > office {
		t.Errorf("woken four times it costs $%.2f; all day $%.2f, from 8 to 18 $%.2f", asleep, always, office)
	}
	for _, wait := range waits {
		if wait > 5*time.Minute {
			t.Errorf("visitors wait %v", waits)
		}
	}
}
