package autoscaling

import "math"

// step is one step adjustment of a policy: by how many instances the capacity changes when the
// metric lies between lower and upper, both counted from the alarm's threshold.
type step struct {
	lower, upper float64 // infinite where the request leaves them out
	change       int
}

// adjustment returns the change for a metric that lies breach above the alarm's threshold; ok is
// false where no step covers it. Above the threshold the lower bound is part of a step, below it
// the upper one; at the threshold both are.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-steps
func adjustment(steps []step, breach float64) (change int, ok bool) {
	for _, s := range steps {
		above := breach >= 0 && s.lower <= breach && breach < s.upper
		below := breach <= 0 && s.lower < breach && breach <= s.upper
		if above || below {
			return s.change, true
		}
	}
	return 0, false
}

// capacity holds the sizes that a scaling policy computes with.
type capacity struct {
	min, max, desired int
	ready             int // instances in service that have warmed up
	warming           int // instances on their way there
}

// scaled returns the desired capacity after a change. What still warms up answers earlier breaches:
// growing counts from the instances that are ready, so that the same breach does not count twice,
// and shrinking waits until none warms up.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup
func (c capacity) scaled(change int) int {
	if change > 0 {
		return max(c.desired, min(c.max, min(c.ready, c.desired)+change))
	}
	if c.warming > 0 {
		return c.desired
	}
	return min(c.desired, max(c.min, c.desired+change))
}

// bound returns a bound of a step, infinite on the given side where it is not set.
func bound(given *float64, side int) float64 {
	if given == nil {
		return math.Inf(side)
	}
	return *given
}
