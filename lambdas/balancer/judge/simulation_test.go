package judge_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"photogallery/lambdas/balancer/judge"
)

const (
	baseErrors      = 0.001
	baselineMinutes = 10
	goodRuns        = 4000
	badRuns         = 1000
)

// setting is the traffic of the service, the new fleet's share of it, and the minutes of the hold.
type setting struct {
	perSecond, percent, minutes int
}

func (s setting) String() string {
	return fmt.Sprintf("%3d a s   %3d %%  %2d min", s.perSecond, s.percent, s.minutes)
}

func (s setting) seen() int { return s.perSecond * 60 * s.minutes * s.percent / 100 }

func settings() (all []setting) {
	for _, perSecond := range []int{1, 10, 100} {
		for _, hold := range []setting{{percent: 5, minutes: 1}, {percent: 5, minutes: 5}, {percent: 5, minutes: 30}, {percent: 50, minutes: 5}, {percent: 100, minutes: 5}} {
			all = append(all, setting{perSecond, hold.percent, hold.minutes})
		}
	}
	return all
}

var (
	goodErrors = []float64{baseErrors, 0.01, 0.05}
	badErrors  = []float64{0, 0.01, 0.02, 0.05, 0.10, 1}
)

// row holds the percentages of one setting, as they stand in the table.
type row struct {
	setting
	rejected []float64 // of versions as good as the former one, with goodErrors
	passed   []float64 // of versions with badErrors
}

// rates plays releases with errors of known rates. It does so once for all tests.
var rates = sync.OnceValue(func() (rows []row) {
	for _, s := range settings() {
		r := row{setting: s}
		random := rand.New(rand.NewPCG(uint64(s.perSecond), uint64(s.percent*s.minutes))) //nolint:gosec // the same each time
		for _, errors := range goodErrors {
			r.rejected = append(r.rejected, 100-passed(random, s, errors, errors, goodRuns))
		}
		for _, errors := range badErrors {
			r.passed = append(r.passed, passed(random, s, baseErrors, errors, badRuns))
		}
		rows = append(rows, r)
	}
	return rows
})

// slowByChance returns the percentage of runs in which a version that is as fast as the former one
// is rejected, with as few requests as are timed and a mean of 200 ms.
func slowByChance() float64 {
	const sigma, mean, requests, runs = 1.5, 0.2, 200, 10000
	random, count := rand.New(rand.NewPCG(1, 2)), 0 //nolint:gosec // the same each time
	for range runs {
		total := 0.0
		for range requests {
			total += mean * math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
		}
		now := judge.Window{New: judge.Fleet{Requests: requests, Seconds: total / requests}, Former: judge.Fleet{Requests: 19 * requests, Seconds: mean}}
		if judge.Judge(now, judge.Window{}).Outcome == judge.Fail {
			count++
		}
	}
	return 100 * float64(count) / runs
}

// passed returns the percentage of runs in which the new version is not rejected.
func passed(random *rand.Rand, s setting, former, fresh float64, runs int) float64 {
	count := 0
	for range runs {
		if survives(random, s, former, fresh) {
			count++
		}
	}
	return 100 * float64(count) / float64(runs)
}

func survives(random *rand.Rand, s setting, former, fresh float64) bool {
	minute := float64(s.perSecond * 60)
	before := judge.Window{Former: answered(random, minute*baselineMinutes, former)}
	var now judge.Window
	for range s.minutes {
		now.New = sum(now.New, answered(random, minute*float64(s.percent)/100, fresh))
		now.Former = sum(now.Former, answered(random, minute*float64(100-s.percent)/100, former))
		if judge.Judge(now, before).Outcome == judge.Fail {
			return false
		}
	}
	return true
}

func answered(random *rand.Rand, requests, errors float64) judge.Fleet {
	failed := poisson(random, requests*errors)
	return judge.Fleet{Requests: failed + poisson(random, requests*(1-errors)), Errors: failed}
}

func sum(one, other judge.Fleet) judge.Fleet {
	return judge.Fleet{Requests: one.Requests + other.Requests, Errors: one.Errors + other.Errors}
}

// poisson draws how many independent events happen where so many are expected. For many it is a
// normal distribution.
func poisson(random *rand.Rand, expected float64) int {
	if expected > 50 {
		return max(0, int(math.Round(expected+math.Sqrt(expected)*random.NormFloat64())))
	}
	count := 0
	for product, limit := random.Float64(), math.Exp(-expected); product > limit; product *= random.Float64() {
		count++
	}
	return count
}
