package cost

import (
	"math"
	"strings"
	"testing"

	"photogallery/internal/price"
	"photogallery/release"
)

// prices are round numbers, so that sums are easy to check.
func prices() price.List {
	list := price.List{Prices: map[string]price.Price{
		"by the hour": {Price: 1, Per: 1, Unit: "hour"}, "by the month": {Price: 730, Per: 1, Unit: "GB-month"}, "by use": {Price: 5, Per: 1000, Unit: "request"},
	}}
	list.Instances.Hour = map[string]float64{"t4g.small": 0.5}
	return list
}

func TestBillArithmetic(t *testing.T) {
	w := Wanted{InstanceType: "t4g.small", HoursADay: 6}
	for name, test := range map[string]struct {
		item                 Item
		hour, month, nightly Range
	}{
		"instances": {
			Item{Phase: Serving, Key: price.InstanceKey, Quantity: Range{2, 4}},
			Range{1, 2}, Range{730, 1460}, Range{182.5, 365},
		},
		"by the hour, while serving": {
			Item{Phase: Serving, Key: "by the hour", Quantity: just(2)},
			just(2), just(1460), just(365),
		},
		"by the month, while serving": {
			Item{Phase: Serving, Key: "by the month", Quantity: Range{1, 3}},
			Range{1, 3}, Range{730, 2190}, Range{182.5, 547.5},
		},
		"by the month, always": {
			Item{Phase: Always, Key: "by the month", Quantity: just(1)},
			just(1), just(730), just(730),
		},
		"by use, by visitors": {
			Item{Phase: Traffic, Key: "by use", Quantity: just(146_000)},
			just(1), just(730), just(730),
		},
		"by use, of runs": {
			Item{Phase: Runs, Key: "by use", Quantity: just(1000), Nightly: just(3000)},
			just(0), just(5), just(15),
		},
		"hours of runs": {
			Item{Phase: Runs, Key: "by the hour", Quantity: Range{1, 2}, Nightly: Range{10, 20}},
			just(0), Range{1, 2}, Range{10, 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			bill, err := Add(prices(), w, []Item{test.item})
			if err != nil {
				t.Fatal(err)
			}
			for what, pair := range map[string][2]Range{
				"hour": {test.hour, bill.Total.Hour}, "month": {test.month, bill.Total.Month}, "nightly": {test.nightly, bill.Total.Nightly},
			} {
				if want, got := pair[0], pair[1]; math.Abs(want.Least-got.Least) > 1e-9 || math.Abs(want.Most-got.Most) > 1e-9 {
					t.Errorf("%s is %+v, want %+v", what, got, want)
				}
			}
			if bill.Total.Now != nil {
				t.Errorf("now, which nobody looked at, is %g", *bill.Total.Now)
			}
		})
	}
}

func TestBillAddsUpWhatExists(t *testing.T) {
	w := Wanted{InstanceType: "t4g.small", HoursADay: 24, Observed: true}
	bill, err := Add(prices(), w, []Item{
		{Phase: Serving, Key: price.InstanceKey, Quantity: Range{2, 5}, Now: 3},
		{Phase: Always, Key: "by the month", Quantity: just(1), Now: 2},
		{Phase: Runs, Key: "by use", Quantity: just(1000)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if bill.Total.Now == nil || *bill.Total.Now != 3.5 {
		t.Errorf("now is %v, want 3.5", bill.Total.Now)
	}
}

func TestUnpricedResourcesAreReported(t *testing.T) {
	for key, want := range map[string]release.Code{price.InstanceKey: release.InvalidRequest, "by the tonne": release.Unexpected} {
		if _, err := Add(prices(), Wanted{InstanceType: "x1.huge"}, []Item{{Phase: Serving, Key: key}}); release.CodeOf(err) != want {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestPlannedEnvironmentUsesEveryRelevantPrice(t *testing.T) {
	trifles := map[string]bool{"door-request": true, "event": true, "message": true, "metric-read": true, "queue-request": true, "webhook": true}
	planned := map[string]bool{}
	for _, item := range Planned(Wanted{Dashboard: true}) {
		planned[item.Key] = true
	}
	for key := range price.Load().Prices {
		if planned[strings.TrimSuffix(key, "-"+release.X8664)] == trifles[key] {
			t.Errorf("%s is planned (%t)", key, planned[key])
		}
	}
}

// docs/cost.md has the lines, which gallery cost prints.
func TestIdleEnvironmentCostsAtMostHalfADollarAMonth(t *testing.T) {
	for hasDashboard, want := range map[bool]float64{false: 0.50, true: 0.50 + 3.60} {
		w := Wanted{InstanceType: "t4g.small", PhotosGB: UsualPhotosGB, Dashboard: hasDashboard}
		bill, err := Add(price.Load(), w, always(Planned(w), keptImages))
		if err != nil {
			t.Fatal(err)
		}
		if idle := bill.Total.Month.Most; idle <= want-0.10 || idle > want {
			t.Errorf("with a dashboard (%t) an idle environment costs $%.2f a month, want at most $%.2f", hasDashboard, idle, want)
		}
	}
}
