package cost

import (
	"time"

	"photogallery/internal/price"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Release is the cost of one release, and of the environment after it.
type Release struct {
	Date     string `json:"date"`   // of the prices
	Region   string `json:"region"` // of the prices
	Currency string `json:"currency"`

	Run  float64 `json:"run"`  // the builder, the instances beside the fleet, and the requests
	Hour Range   `json:"hour"` // of the environment, with the instances that serve first and with the most; without visitors
	Most int     `json:"most"` // instances, at scheduled hours too
}

// OfRelease adds up what was foreseen. Its errors are those of Add.
func OfRelease(list price.List, plan release.Plan) (Release, error) {
	w := Wanted{InstanceType: plan.InstanceType, MinSize: plan.Forecast.Size, MaxSize: mostOf(plan), Zones: Zones}
	bill, err := Add(list, w, append(Planned(w), itemsOf(uses(plan), run{}, just(1))...))
	if err != nil {
		return Release{}, err
	}
	cost := Release{Date: bill.Date, Region: bill.Region, Currency: bill.Currency, Most: w.MaxSize}
	for _, line := range bill.Lines {
		switch line.Phase {
		case Serving, Always:
			cost.Hour = cost.Hour.plus(line.Hour)
		case Runs:
			cost.Run += line.Month.Most
		}
	}
	return cost, nil
}

// mostOf returns how many instances a release's fleet may have, at scheduled hours too.
func mostOf(plan release.Plan) int {
	return max(plan.Widest(plan.Usual()).MaxSize, plan.Forecast.Size)
}

// The counts of a release's parts, in addition to those of its looks. A test compares them with the
// state machines.
var (
	bake        = run{Transitions: 40, Calls: 16, Reads: 4, Writes: 4}
	firstFleet  = run{Transitions: 90, Calls: 35, Reads: 20, Writes: 6}
	rolledFleet = run{Transitions: 32, Calls: 17, Reads: 20, Writes: 6}
	secondFleet = run{Transitions: 60, Calls: 27, Reads: 26, Writes: 6}

	lookAtRefresh = run{Transitions: 3, Calls: 1}
	lookAtTraffic = run{Transitions: 3, Calls: 2, Reads: 1, Writes: 1}
)

// refreshPause is how long a release waits between two looks at a refresh.
const refreshPause = 15

// uses returns what a release uses; its beside are the hours of all instances beside the fleet.
func uses(plan release.Plan) run {
	f, used := plan.Forecast, firstFleet
	switch f.Fleet {
	case release.RolledFleet:
		replaced := time.Duration(rounds(f.Running)) * round()
		used = rolledFleet.plus(lookAtRefresh.times(replaced.Seconds()/refreshPause + looks(plan.BakeSeconds)))
		used.Beside = float64(max(1, f.Running/2)) * replaced.Hours()
	case release.SecondFleet:
		count := looks(plan.BakeSeconds) + float64(len(plan.Traffic)-1)*looks(plan.HoldSeconds)
		used = secondFleet.plus(lookAtTraffic.times(count))
		used.Beside = float64(f.Launched) * (watched(plan) + launching + booting + retiring).Hours()
	}
	if f.Bakes {
		used = used.plus(bake)
		used.Builder = (launching + booting + installing + imaging).Hours()
	}
	used.Ends = 1
	return used
}

// looks counts the looks of a watch.
func looks(seconds int) float64 { return float64(seconds) / float64(step.Pause(seconds)) }
