package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// trial is a scenario with one or two faults.
type trial struct {
	scenario scenario
	faults   []placed
}

// placed is a fault at a position: the number of its place in the scenario's listing, from 1; 0 for
// a fault that is there from the beginning.
type placed struct {
	fault    fault
	position int
	at       site
}

func (p placed) String() string {
	if p.position == 0 {
		return p.fault.name
	}
	return fmt.Sprintf("%s at %d (%s)", p.fault.name, p.position, p.at)
}

// singles are all trials of a scenario with one fault. whole takes every place of the trail, also
// those of a loop that are like others.
func singles(s scenario, listed []site) (all []trial) {
	for _, f := range faults() {
		if f.machines != nil {
			if s.subject != "" {
				all = append(all, trial{s, []placed{{fault: f}}})
			}
			continue
		}
		for i, at := range listed {
			if f.fits(at) {
				all = append(all, trial{s, []placed{{f, i + 1, at}}})
			}
		}
	}
	return all
}

// followedBy draws a second fault for a trial, at a place that its trail has.
func (t trial) followedBy(listed []site, random *rand.Rand) trial {
	for {
		f := faults()[random.IntN(len(faults()))]
		position := random.IntN(len(listed))
		if f.machines == nil && f.fits(listed[position]) {
			return trial{t.scenario, []placed{t.faults[0], {f, position + 1, listed[position]}}}
		}
	}
}

func (t trial) strikes() (all []*strike) {
	for _, one := range t.faults {
		all = append(all, &strike{fault: one.fault, at: one.at})
	}
	return all
}

// passes reports whether the run must end as it does without the faults.
func (t trial) passes() bool {
	return !slices.ContainsFunc(t.faults, func(one placed) bool { return one.fault.passes == nil || !one.fault.passes(one.at) })
}

// reproducer is the command that repeats the trial alone.
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

// judge lists what does not hold of a trial's outcome. unharmed is how the scenario ends without it.
func judge(one trial, result outcome, unharmed string) []string {
	if len(one.faults) == 1 && one.faults[0].fault.fails && result.end != "clean" && one.scenario.main == one.scenario.subject {
		return append(result.violations, "it ends "+result.end+" and not clean: "+result.cause)
	}
	if len(one.faults) == 1 && one.passes() && result.end != unharmed {
		return append(result.violations, "it ends "+result.end+" and not "+unharmed+": "+result.cause)
	}
	return result.violations
}
