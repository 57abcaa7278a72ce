package judge_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"photogallery/lambdas/balancer/judge"
)

var write = flag.Bool("write", false, "write the table of doc.go")

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

func settings() (all []setting) {
	for _, perSecond := range []int{1, 10, 100} {
		for _, hold := range []setting{{percent: 5, minutes: 1}, {percent: 5, minutes: 5}, {percent: 5, minutes: 30}, {percent: 50, minutes: 5}, {percent: 100, minutes: 5}} {
			all = append(all, setting{perSecond, hold.percent, hold.minutes})
		}
	}
	return all
}

// TestTableOfErrorRatesIsTrue plays releases with errors of known rates.
func TestTableOfErrorRatesIsTrue(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	table, latency := regexp.MustCompile(`(?m)(^//\t.*\n)+`), regexp.MustCompile(`in \S+ % of its\n`)
	want := table.ReplaceAllLiteralString(string(text), rates(t))
	want = latency.ReplaceAllLiteralString(want, fmt.Sprintf("in %.2f %% of its\n", slowByChance(t)))
	if *write {
		if err := os.WriteFile("doc.go", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("the numbers of doc.go differ from the simulation's; `go test ./lambdas/balancer/judge -run Table -write` writes\n%s", want)
	}
}

func rates(t *testing.T) string {
	t.Helper()
	var table strings.Builder
	table.WriteString("//	                        |      |  REJECTED, AS GOOD  |        PASSED, WITH ERRORS OF\n")
	table.WriteString("//	TRAFFIC   SHARE   HOLD  | SEEN | 0.1 %    1 %    5 % |  0 %  1 %  2 %  5 % 10 % 100 %\n")
	for _, s := range settings() {
		random := rand.New(rand.NewPCG(uint64(s.perSecond), uint64(s.percent*s.minutes))) //nolint:gosec // the same each time
		fmt.Fprintf(&table, "//	%3d a s   %3d %%  %2d min |%6d|", s.perSecond, s.percent, s.minutes, s.perSecond*60*s.minutes*s.percent/100)
		for _, errors := range []float64{baseErrors, 0.01, 0.05} {
			rejected := 100 - passed(random, s, errors, errors, goodRuns)
			if rejected >= 0.5 {
				t.Errorf("%+v: a good version is rejected %.2f %% of the time at %.1f %% errors", s, rejected, 100*errors)
			}
			fmt.Fprintf(&table, " %5.2f ", rejected)
		}
		table.WriteString("|")
		for _, errors := range []float64{0, 0.01, 0.02, 0.05, 0.10, 1} {
			fmt.Fprintf(&table, " %4.0f", passed(random, s, baseErrors, errors, badRuns))
		}
		table.WriteString("\n")
	}
	return table.String()
}

// slowByChance returns the percentage of runs in which a version that is as fast as the former one
// is rejected, with as few requests as are timed and a mean of 200 ms.
func slowByChance(t *testing.T) float64 {
	t.Helper()
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
	rejected := 100 * float64(count) / runs
	if rejected >= 0.5 {
		t.Errorf("a version that is as fast is rejected %.2f %% of the time", rejected)
	}
	return rejected
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
