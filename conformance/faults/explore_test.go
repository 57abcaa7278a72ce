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
	onlyScenario  = flag.String("scenario", "", "explore only this scenario")
	onlyPosition  = flag.Int("position", -1, "inject only at this position")
	onlyFault     = flag.String("fault", "", "inject only this fault")
	position2     = flag.Int("position2", 0, "of a pair: the position of the second fault")
	fault2        = flag.String("fault2", "", "of a pair: the second fault")
	everything    = flag.Bool("all", false, "explore every fault instead of a sample")
	every         = flag.Int("every", 97, "explore one fault in this many, chosen with the seed")
	pairs         = flag.Int("pairs", 0, "explore this many pairs of faults")
	seed          = flag.Uint64("seed", 1, "the seed of random choices")
	graceIsHealth = flag.Bool("grace-is-health", false, "let refreshes count instances in their grace period as healthy")
	reportTo      = flag.String("report", "", "append the figures to this file")
)

// publish logs the result of a run and appends it to the report.
func publish(t *testing.T, text string) {
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

// listing is a scenario as it runs without a fault.
type listing struct {
	scenario
	baseline string // how it ends
	points   []point
}

func listScenarios(t *testing.T) (all []listing) {
	t.Helper()
	for _, s := range scenarios() {
		if *onlyScenario != "" && *onlyScenario != s.name {
			continue
		}
		result := run(t, s, variant{graceIsHealth: *graceIsHealth})
		if len(result.violations) > 0 {
			t.Errorf("%s, without a fault: %s", s.name, strings.Join(result.violations, "; "))
		}
		all = append(all, listing{s, result.end, result.trace.chosen()})
	}
	return all
}

// TestEveryFault explores all single faults with -all, and a sample of them otherwise.
func TestEveryFault(t *testing.T) {
	var explored report
	t.Run("explore", func(t *testing.T) {
		for _, l := range listScenarios(t) {
			for _, one := range sampled(singleFaults(l.scenario, l.points)) {
				t.Run(one.scenario.name+"/"+one.faults[0].String(), func(t *testing.T) {
					t.Parallel()
					explore(t, one, l.baseline, &explored)
				})
			}
		}
	})
	publish(t, explored.String())
	if *everything && *onlyScenario == "" && *onlyFault == "" && *onlyPosition < 0 {
		byScenario := explored.by(func(f *figures) (string, string) { return f.scenario, "" })
		byFault := explored.by(func(f *figures) (string, string) { return "", f.fault })
		document.Block(t, trials, "scenarios", markdown("scenario", byScenario, func(f figures) string { return f.scenario }), settled)
		document.Block(t, trials, "faults", markdown("fault", byFault, func(f figures) string { return f.fault }), settled)
	}
}

func sampled(all []trial) (some []trial) {
	step := *every
	if *everything || *onlyPosition >= 0 || *onlyFault != "" {
		step = 1
	}
	all = slices.DeleteFunc(all, func(one trial) bool {
		return *onlyPosition >= 0 && one.faults[0].position != *onlyPosition || *onlyFault != "" && one.faults[0].fault.name != *onlyFault
	})
	for i := range all {
		if rand.New(rand.NewPCG(*seed, uint64(i))).IntN(step) == 0 {
			some = append(some, all[i])
		}
	}
	return some
}

// explore repeats a trial whose fault was not injected: a loop may poll once less.
func explore(t *testing.T, one trial, baseline string, explored *report) {
	t.Helper()
	result := run(t, one.scenario, variant{graceIsHealth: *graceIsHealth}, one.injections()...)
	for range 5 {
		if result.injected == len(one.faults) {
			break
		}
		result = run(t, one.scenario, variant{graceIsHealth: *graceIsHealth}, one.injections()...)
	}
	if result.injected < len(one.faults) && len(one.faults) == 1 && one.faults[0].at.turn <= 1 {
		t.Errorf("%s was not injected: the repetitions took another path\n%s", one.faults, one.reproducer())
	}
	sentences := judge(one, result, baseline)
	explored.add(one, result, len(sentences))
	for _, sentence := range sentences {
		t.Errorf("%s: %s\n%s", one.faults, sentence, one.reproducer())
	}
}

// TestPairsOfFaults draws pairs at random: a first fault, and a second at a point that the run with
// the first one reaches.
func TestPairsOfFaults(t *testing.T) {
	if *fault2 != "" {
		*pairs = 1
	}
	var explored report
	t.Run("explore", func(t *testing.T) {
		all := listScenarios(t)
		for i := range *pairs {
			random := rand.New(rand.NewPCG(*seed, uint64(i)))
			l := all[random.IntN(len(all))]
			some := sampled(singleFaults(l.scenario, l.points))
			first := some[random.IntN(len(some))]
			t.Run(fmt.Sprint(*seed, "-", i), func(t *testing.T) {
				t.Parallel()
				points := run(t, first.scenario, variant{graceIsHealth: *graceIsHealth}, first.injections()...).trace.chosen()
				explore(t, secondFault(first, points, random), l.baseline, &explored)
			})
		}
	})
	if *pairs > 0 {
		publish(t, fmt.Sprintf("%d pairs of faults, drawn with -seed %d\n%s", *pairs, *seed, explored.String()))
	}
}

func secondFault(first trial, points []point, random *rand.Rand) trial {
	for _, f := range faults() {
		if f.name == *fault2 {
			return trial{first.scenario, []placement{first.faults[0], {f, *position2, points[*position2-1]}}}
		}
	}
	return first.withSecond(points, random)
}
