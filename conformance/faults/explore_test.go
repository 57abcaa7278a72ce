package faults

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

var (
	theScenario = flag.String("scenario", "", "explore this scenario alone")
	thePosition = flag.Int("position", -1, "strike at this position alone")
	theFault    = flag.String("fault", "", "strike with this fault alone")
	position2   = flag.Int("position2", 0, "of a pair: strike there, too")
	fault2      = flag.String("fault2", "", "of a pair: with this fault")
	everything  = flag.Bool("all", false, "explore every fault and not a sample")
	every       = flag.Int("every", 97, "explore one in so many, drawn with the seed")
	pairs       = flag.Int("pairs", 0, "explore so many pairs of faults")
	seed        = flag.Uint64("seed", 1, "of what is drawn by lot")
	graceIs     = flag.Bool("grace-is-health", false, "let refreshes count instances in their grace period as healthy")
	reportTo    = flag.String("report", "", "append the figures to this file")
)

// tell prints what a run has found, and appends it to the report.
func tell(t *testing.T, text string) {
	t.Helper()
	t.Log("\n" + text)
	if *reportTo == "" {
		return
	}
	file, err := os.OpenFile(*reportTo, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintln(file, text); err != nil {
		t.Fatal(err)
	}
}

// listing is a scenario as it goes without a fault.
type listing struct {
	scenario
	unharmed string // how it ends
	sites    []site
}

func listed(t *testing.T) (all []listing) {
	t.Helper()
	for _, s := range scenarios() {
		if *theScenario != "" && *theScenario != s.name {
			continue
		}
		result := run(t, s, variant{graceIsHealth: *graceIs})
		if len(result.violations) > 0 {
			t.Errorf("%s, without a fault: %s", s.name, strings.Join(result.violations, "; "))
		}
		all = append(all, listing{s, result.end, result.trail.places()})
	}
	return all
}

// TestEveryFault explores all single faults with -all, else a sample of them.
func TestEveryFault(t *testing.T) {
	var explored report
	t.Run("explore", func(t *testing.T) {
		for _, l := range listed(t) {
			for _, one := range chosen(singles(l.scenario, l.sites)) {
				t.Run(one.scenario.name+"/"+one.faults[0].String(), func(t *testing.T) {
					t.Parallel()
					explore(t, one, l.unharmed, &explored)
				})
			}
		}
	})
	tell(t, explored.String())
	if *everything && *theScenario == "" && *theFault == "" && *thePosition < 0 {
		byScenario := explored.by(func(f *figures) (string, string) { return f.scenario, "" })
		byFault := explored.by(func(f *figures) (string, string) { return "", f.fault })
		document.Block(t, trials, "scenarios", markdown("scenario", byScenario, func(f figures) string { return f.scenario }), settled)
		document.Block(t, trials, "faults", markdown("fault", byFault, func(f figures) string { return f.fault }), settled)
	}
}

func chosen(all []trial) (some []trial) {
	step := *every
	if *everything || *thePosition >= 0 || *theFault != "" {
		step = 1
	}
	all = slices.DeleteFunc(all, func(one trial) bool {
		return *thePosition >= 0 && one.faults[0].position != *thePosition || *theFault != "" && one.faults[0].fault.name != *theFault
	})
	for i := range all {
		if rand.New(rand.NewPCG(*seed, uint64(i))).IntN(step) == 0 {
			some = append(some, all[i])
		}
	}
	return some
}

// explore repeats a trial whose fault has not struck: the last turn of a loop may be one less.
func explore(t *testing.T, one trial, unharmed string, explored *report) {
	t.Helper()
	result := run(t, one.scenario, variant{graceIsHealth: *graceIs}, one.strikes()...)
	for range 5 {
		if result.struck == len(one.faults) {
			break
		}
		result = run(t, one.scenario, variant{graceIsHealth: *graceIs}, one.strikes()...)
	}
	if result.struck < len(one.faults) && len(one.faults) == 1 && one.faults[0].at.turn <= 1 {
		t.Errorf("%s has not struck: the repetitions went another way\n%s", one.faults, one.reproducer())
	}
	sentences := judge(one, result, unharmed)
	explored.add(one, result, len(sentences))
	for _, sentence := range sentences {
		t.Errorf("%s: %s\n%s", one.faults, sentence, one.reproducer())
	}
}

// TestPairsOfFaults draws so many pairs by lot: a first fault, and a second at a place that the first
// leads to.
func TestPairsOfFaults(t *testing.T) {
	if *fault2 != "" {
		*pairs = 1
	}
	var explored report
	t.Run("explore", func(t *testing.T) {
		all := listed(t)
		for i := range *pairs {
			random := rand.New(rand.NewPCG(*seed, uint64(i)))
			l := all[random.IntN(len(all))]
			some := chosen(singles(l.scenario, l.sites))
			first := some[random.IntN(len(some))]
			t.Run(fmt.Sprint(*seed, "-", i), func(t *testing.T) {
				t.Parallel()
				sites := run(t, first.scenario, variant{graceIsHealth: *graceIs}, first.strikes()...).trail.places()
				explore(t, second(first, sites, random), l.unharmed, &explored)
			})
		}
	})
	if *pairs > 0 {
		tell(t, fmt.Sprintf("%d pairs of faults, drawn with -seed %d\n%s", *pairs, *seed, explored.String()))
	}
}

func second(first trial, sites []site, random *rand.Rand) trial {
	for _, f := range faults() {
		if f.name == *fault2 {
			return trial{first.scenario, []placed{first.faults[0], {f, *position2, sites[*position2-1]}}}
		}
	}
	return first.followedBy(sites, random)
}
