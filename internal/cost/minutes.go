package cost

import (
	"encoding/json"
	"time"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// What AWS takes for its part of a release. docs/reliability.md says where each figure is from.
const (
	launching  = 10 * time.Second // an instance, until it runs
	booting    = 20 * time.Second // then, until its service answers
	checking   = 10 * time.Second // at most, until its target is healthy
	installing = 80 * time.Second // the bundle on a builder
	imaging    = 3 * time.Minute
	activating = 2 * time.Minute  // the load balancer
	retiring   = 10 * time.Second // a fleet that nobody reaches any more
)

// Part is a part of a release's time. The parts follow each other.
type Part struct {
	What string
	Took time.Duration
}

// MarshalJSON has the seconds as a number.
func (p Part) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"what": p.What, "seconds": p.Took.Seconds()})
}

// Minutes returns how long each part of a release takes on AWS that does what was foreseen. A
// person's approval is no part of it.
func Minutes(plan release.Plan) (parts []Part) {
	f := plan.Forecast
	switch {
	case f.Bakes:
		parts = append(parts, Part{"bake the image", launching + booting + installing + imaging})
	case f.MakesLoadBalancer:
		parts = append(parts, Part{"make the load balancer", activating})
	}
	if f.Fleet == release.RolledFleet {
		parts = append(parts, Part{"replace the instances", time.Duration(rounds(f.Running)) * round()})
	} else {
		parts = append(parts, Part{"launch the fleet", launching + booting + checking})
	}
	if f.Fleet != release.FirstFleet {
		parts = append(parts, Part{"watch it", watched(plan)})
	}
	if f.Fleet == release.SecondFleet {
		parts = append(parts, Part{"end the former fleet", retiring})
	}
	return parts
}

// watched returns how long a plan has its release watched.
func watched(plan release.Plan) time.Duration {
	seconds := plan.BakeSeconds
	if plan.Strategy == release.BlueGreen {
		seconds += (len(plan.Traffic) - 1) * plan.HoldSeconds
	}
	return time.Duration(seconds) * time.Second
}

// rounds returns in how many rounds a refresh replaces so many instances: half as many more run at
// a time, one at least.
func rounds(running int) int {
	more := max(1, running/2)
	return (running + more - 1) / more
}

// round returns how long a refresh takes for each of them.
func round() time.Duration { return launching + step.DefaultTimings().RefreshWarmup }

// Together returns the sum of the parts.
func Together(parts []Part) (total time.Duration) {
	for _, part := range parts {
		total += part.Took
	}
	return total
}
