package execution

import (
	"slices"

	"photogallery/statemachine"
)

// certain lists the steps that are on every way from a state to a good end, in their order, and
// not the state itself; to any end where no good one can be reached.
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

// reach returns how many transitions away each state is that can be come to without another.
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
