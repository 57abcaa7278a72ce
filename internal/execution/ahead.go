package execution

import (
	"slices"

	"photogallery/statemachine"
)

// failing is the state of a release through which each failure goes. From there it may still come to a
// good end, if it serves already, which nobody expects.
const failing = "Failed"

// Nobody expects a run that had nothing to do or was dry either, nor the command that a release is
// taken for until it is launched: these are the ends of such runs, or where they turn off.
var idle = []string{"Unchanged", "Planned", "Listed", "LaunchRunner"}

// certain lists the steps after a state that are on every path to a good end, in order. After a
// failure it takes the bad ones.
func certain(l statemachine.Definition, from string) []string {
	besides := append([]string{failing}, idle...)
	_, usual := reach(l, l.StartAt, failing)[from]
	if !usual {
		besides = nil
	}
	distances := reach(l, from, besides...)
	ends := endsIn(l, distances, !usual)
	var steps []string
	for name := range distances {
		if name == from || !l.States[name].IsStep() {
			continue
		}
		around := reach(l, from, append(slices.Clone(besides), name)...)
		if !slices.ContainsFunc(ends, func(end string) bool { _, reached := around[end]; return reached }) {
			steps = append(steps, name)
		}
	}
	slices.SortFunc(steps, func(a, b string) int { return distances[a] - distances[b] })
	return steps
}

// endsIn lists the bad or the good ends among states.
func endsIn(l statemachine.Definition, states map[string]int, bad bool) (ends []string) {
	for name := range states {
		if s := l.States[name]; len(s.Successors()) == 0 && (s != nil && s.Type == "Fail") == bad {
			ends = append(ends, name)
		}
	}
	return ends
}

// reach returns, for each state that can be reached without some others, how many transitions away it
// is.
func reach(l statemachine.Definition, from string, without ...string) map[string]int {
	distances := map[string]int{from: 0}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for _, name := range l.States[next[0]].Successors() {
			if _, seen := distances[name]; !seen && !slices.Contains(without, name) {
				distances[name] = distances[next[0]] + 1
				next = append(next, name)
			}
		}
	}
	return distances
}
