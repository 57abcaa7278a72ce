package autoscaling

import (
	"cmp"
	"slices"
)

// emptiest returns the first zone with the fewest instances, or "" without zones.
func emptiest(zones []string, instances map[string]int) string {
	if len(zones) == 0 {
		return ""
	}
	return slices.MinFunc(zones, func(a, b string) int { return cmp.Compare(instances[a], instances[b]) })
}

// candidate is an instance that may be terminated.
type candidate struct {
	id       string
	zone     string
	serves   bool
	outdated bool // another template version than that of new instances
}

// victims picks count of the candidates, which are given oldest first, to terminate. It first picks
// instances that do not serve, so that scaling in costs no serving capacity; then, as the default
// termination policy says, one of the fullest zone, outdated before current, old before new.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-instance-termination.html
func victims(candidates []candidate, count int) []string {
	left := slices.Clone(candidates)
	var picked []string
	for len(picked) < count && len(left) > 0 {
		inZone := map[string]int{}
		for _, c := range left {
			inZone[c.zone]++
		}
		next := slices.MinFunc(left, func(a, b candidate) int {
			return cmp.Or(
				compareBool(b.serves, a.serves),
				cmp.Compare(inZone[b.zone], inZone[a.zone]),
				compareBool(a.outdated, b.outdated),
			)
		})
		picked = append(picked, next.id)
		left = slices.DeleteFunc(left, func(c candidate) bool { return c.id == next.id })
	}
	return picked
}

// compareBool orders true before false.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func countByZone(members []*member) map[string]int {
	counts := map[string]int{}
	for _, m := range members {
		counts[m.subnet.zone]++
	}
	return counts
}
