package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// trial is a scenario with one or two faults.
type trial struct {
	scenario scenario
	faults   []placement
}

// placement is a fault at a position, the number of its point in the scenario's listing. It is 1
// for the first point and 0 for a fault that is present from the start.
type placement struct {
	fault    fault
	position int
	at       point
}

func (p placement) String() string {
	if p.position == 0 {
		return p.fault.name
	}
	return fmt.Sprintf("%s at %d (%s)", p.fault.name, p.position, p.at)
}

// singleFaults returns all trials of a scenario with one fault.
func singleFaults(s scenario, points []point) (all []trial) {
	for _, f := range faults() {
		if f.machines != nil {
			isItsOwn := strings.HasPrefix(f.name, "builder-") // a command makes neither image nor fleet
			if s.subject != "" && (isItsOwn || s.subject != runName) {
				all = append(all, trial{s, []placement{{fault: f}}})
			}
			continue
		}
		for i, at := range points {
			if f.fits(at) {
				all = append(all, trial{s, []placement{{f, i + 1, at}}})
			}
		}
	}
	return all
}

// withSecond adds a random second fault to a trial, at one of the points.
func (t trial) withSecond(points []point, random *rand.Rand) trial {
	for {
		f := faults()[random.IntN(len(faults()))]
		position := random.IntN(len(points))
		if f.machines == nil && f.fits(points[position]) {
			return trial{t.scenario, []placement{t.faults[0], {f, position + 1, points[position]}}}
		}
	}
}

func (t trial) injections() (all []*injection) {
	for _, one := range t.faults {
		all = append(all, &injection{fault: one.fault, at: one.at})
	}
	return all
}

// tolerated reports whether the run must end as it does without the faults.
func (t trial) tolerated() bool {
	return !slices.ContainsFunc(t.faults, func(one placement) bool { return one.fault.tolerated == nil || !one.fault.tolerated(one.at) })
}

// reproducer returns the command that repeats the trial.
func (t trial) reproducer() string {
	test := "TestEveryFault"
	if len(t.faults) > 1 {
		test = "TestPairsOfFaults"
	}
	command := "go test ./conformance/faults -run " + test + " -scenario " + t.scenario.name
	for i, one := range t.faults {
		suffix := ""
		if i > 0 {
			suffix = "2"
		}
		command += fmt.Sprintf(" -position%s %d -fault%s %s", suffix, one.position, suffix, one.fault.name)
	}
	return command
}

// judge returns the violations of a trial. baseline is how the scenario ends without faults.
func judge(one trial, result outcome, baseline string) []string {
	if len(one.faults) == 1 && one.faults[0].fault.failsRelease && result.end != "clean" && one.scenario.main == one.scenario.subject {
		return append(result.violations, "it ends "+result.end+" and not clean: "+result.cause)
	}
	if len(one.faults) == 1 && one.tolerated() && result.end != baseline {
		return append(result.violations, "it ends "+result.end+" and not "+baseline+": "+result.cause)
	}
	return result.violations
}
