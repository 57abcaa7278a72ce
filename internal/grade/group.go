package grade

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The sizes of the lesson's group.
const (
	minSize = 2
	maxSize = 5
)

func judgeGroup(l *lesson) finding {
	if l.group == nil {
		return missing(fmt.Sprintf("Make an Auto Scaling group of %d to %d instances over the subnets of two zones.", minSize, maxSize))
	}
	g := l.group
	subnets := l.subnetsOf(g)
	zones := zonesOf(subnets)
	if len(zones) == 0 {
		zones = g.AvailabilityZones
	}
	name := aws.ToString(g.AutoScalingGroupName)
	evidence := fmt.Sprintf("%s, of %d to %d, in %s.", name, aws.ToInt32(g.MinSize), aws.ToInt32(g.MaxSize), list(zones))
	var next []string
	if aws.ToInt32(g.MinSize) != minSize || aws.ToInt32(g.MaxSize) != maxSize {
		next = append(next, fmt.Sprintf("Set its minimum to %d and its maximum to %d.", minSize, maxSize))
	}
	if len(zones) < l.zonesWanted() || len(subnets) == 1 {
		next = append(next, "Add a subnet of another zone to its network.")
	}
	return judged(next, evidence)
}

func judgeAttached(l *lesson) finding {
	if l.group == nil {
		return missing("Make the group first, and attach it to the target group.")
	}
	name := aws.ToString(l.group.AutoScalingGroupName)
	wanted, attached := l.targetGroups(), attachedTo(l.group)
	var names []string
	for _, t := range wanted {
		if slices.Contains(attached, aws.ToString(t.TargetGroupArn)) {
			return done(fmt.Sprintf("%s is attached to %s.", name, aws.ToString(t.TargetGroupName)))
		}
		names = append(names, aws.ToString(t.TargetGroupName))
	}
	next := fmt.Sprintf("Attach %s to the target group %s.", name, cmp.Or(list(names), "that the listener forwards to"))
	if len(attached) > 0 {
		return partly(next, fmt.Sprintf("%s is attached to %s.", name, list(attached)))
	}
	return missing(next, name+" is attached to no target group.")
}
