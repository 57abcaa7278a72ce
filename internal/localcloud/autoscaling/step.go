package autoscaling

import "math"

// step is one step adjustment of a policy: the change of the capacity if the metric is between
// lower and upper, both relative to the alarm's threshold.
type step struct {
	lower, upper float64 // infinite if the request omits them
	change       int
}

// adjustment returns the change for a metric at breach above the alarm's threshold. ok is false if
// no step covers it. Above the threshold the lower bound is part of a step, below it the upper one;
// at the threshold both are.
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

// capacity holds the numbers that a scaling policy computes with.
type capacity struct {
	min, max, desired int
	ready             int // instances in service that have warmed up
	warming           int // instances not in service yet
}

// scaled returns the desired capacity after a change. Instances that still warm up answer earlier
// breaches: growing counts from the ready instances, so that the same breach does not count twice,
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

// bound returns a bound of a step, or infinity on the given side if it is not set.
func bound(given *float64, side int) float64 {
	if given == nil {
		return math.Inf(side)
	}
	return *given
}
