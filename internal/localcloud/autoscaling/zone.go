package autoscaling

import (
	"cmp"
	"slices"
)

// emptiest returns the zone with the fewest instances, of equal ones the first, or "" without
// zones.
func emptiest(zones []string, instances map[string]int) string {
	if len(zones) == 0 {
		return ""
	}
	return slices.MinFunc(zones, func(a, b string) int { return cmp.Compare(instances[a], instances[b]) })
}

// candidate describes an instance of which some have to go.
type candidate struct {
	id       string
	zone     string
	serves   bool
	outdated bool // not of the template version that new instances get
}

// victims picks count candidates to terminate, which are given oldest first. Those that do not
// serve go first, so that scaling in costs no capacity that is there; then, as the default
// termination policy has it, one of the fullest zone, outdated before current, old before new.
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
