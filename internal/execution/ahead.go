package execution

import (
	"slices"

	"photogallery/statemachine"
)

// certain lists the steps after a state that are on every path to a good end, in order. If no good
// end can be reached it takes every end.
func certain(l statemachine.Definition, from string) []string {
	distances := reach(l, from, "")
	var good, all []string
	for name := range distances {
		if s := l.States[name]; len(s.Successors()) == 0 {
			if all = append(all, name); s == nil || s.Type != "Fail" {
				good = append(good, name)
			}
		}
	}
	if len(good) == 0 {
		good = all
	}
	var steps []string
	for name := range distances {
		if name == from || !l.States[name].IsStep() {
			continue
		}
		around := reach(l, from, name)
		if !slices.ContainsFunc(good, func(end string) bool { _, reached := around[end]; return reached }) {
			steps = append(steps, name)
		}
	}
	slices.SortFunc(steps, func(a, b string) int { return distances[a] - distances[b] })
	return steps
}

// reach returns, for each state that can be reached without another one, how many transitions away
// it is.
func reach(l statemachine.Definition, from, without string) map[string]int {
	distances := map[string]int{from: 0}
	for next := []string{from}; len(next) > 0; next = next[1:] {
		for _, name := range l.States[next[0]].Successors() {
			if _, seen := distances[name]; !seen && name != without {
				distances[name] = distances[next[0]] + 1
				next = append(next, name)
			}
		}
	}
	return distances
}
