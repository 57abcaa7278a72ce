package grade

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// judgePolicy wants one policy that an alarm starts. Auto Scaling makes the alarms of a policy that tracks
// a target, and a forecast needs none.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
func judgePolicy(l *lesson) finding {
	if l.group == nil {
		return missing("Make the group first, and give it a scaling policy.")
	}
	name := aws.ToString(l.group.AutoScalingGroupName)
	var idle []string
	for _, p := range l.Policies {
		if aws.ToString(p.AutoScalingGroupName) != name {
			continue
		}
		kind := fmt.Sprintf("%s, %s", aws.ToString(p.PolicyName), aws.ToString(p.PolicyType))
		switch alarms := l.alarmsOf(p); {
		case len(alarms) > 0:
			return done(fmt.Sprintf("%s, on the alarm %s.", kind, list(alarms)))
		case aws.ToString(p.PolicyType) == "TargetTrackingScaling":
			return done(kind + ", whose alarms Auto Scaling makes.")
		}
		idle = append(idle, kind+", has no alarm.")
	}
	if len(idle) > 0 {
		return partly("Make an alarm, on CPU or on requests, whose action is the policy.", idle...)
	}
	return missing("Give "+name+" a scaling policy, for example one that tracks the average CPU.", name+" has no policy.")
}

// alarmsOf lists the alarms that start a policy.
func (l *lesson) alarmsOf(p autoscaling.ScalingPolicy) (names []string) {
	for _, a := range p.Alarms {
		names = append(names, aws.ToString(a.AlarmName))
	}
	for _, a := range l.Alarms {
		if startsPolicy(a, aws.ToString(p.PolicyARN)) && !slices.Contains(names, aws.ToString(a.AlarmName)) {
			names = append(names, aws.ToString(a.AlarmName))
		}
	}
	return names
}

func startsPolicy(a cloudwatch.MetricAlarm, arn string) bool {
	return arn != "" && slices.Contains(a.AlarmActions, arn)
}
