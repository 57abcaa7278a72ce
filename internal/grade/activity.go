package grade

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// judgeActivity looks for an instance that the group launched after the first ones: because it was to have
// more, or in place of another.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-verify-scaling-activity.html
func judgeActivity(l *lesson) finding {
	if l.group == nil {
		return missing("Make the group first; then put load on it, or terminate one of its instances, and see its activity history.")
	}
	var lost *autoscaling.Activity
	failed := ""
	for i, a := range l.Activities {
		if aws.ToString(a.AutoScalingGroupName) != aws.ToString(l.group.AutoScalingGroupName) {
			continue
		}
		switch ok := a.StatusCode == autoscaling.ScalingActivityStatusCodeSuccessful; {
		case a.StatusCode == autoscaling.ScalingActivityStatusCodeFailed:
			failed = fmt.Sprintf("%s: %s", aws.ToString(a.Description), aws.ToString(a.StatusMessage))
		case ok && launched(a) && grown(a):
			return done("It grew. " + told(a))
		case ok && !launched(a) && replaceable(a):
			lost = &l.Activities[i]
			if new := l.launchedAfter(a); new != nil {
				return done("It replaced an instance. "+told(a), told(*new))
			}
		}
	}
	next := "Put load on the app until the group grows, or terminate one of its instances and wait for another."
	switch {
	case lost != nil:
		return partly("Wait until the group has launched another instance.", told(*lost))
	case failed != "":
		return missing(next, "The group has only its first instances. "+ended(failed))
	}
	return missing(next, "The group has only its first instances.")
}

func launched(a autoscaling.Activity) bool {
	return strings.HasPrefix(aws.ToString(a.Description), "Launching")
}

var capacity = regexp.MustCompile(`changing the desired capacity from (\d+) to (\d+)`)

// grown reports whether an activity's cause raised the group's desired capacity. From 0 it is the first
// launch.
func grown(a autoscaling.Activity) bool {
	for _, change := range capacity.FindAllStringSubmatch(aws.ToString(a.Cause), -1) {
		from, _ := strconv.Atoi(change[1]) // digits
		to, _ := strconv.Atoi(change[2])
		if from > 0 && to > from {
			return true
		}
	}
	return false
}

// replaceable reports whether an instance was taken out of service though the group was to keep its size.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/replace-unhealthy-instance.html
func replaceable(a autoscaling.Activity) bool {
	cause := aws.ToString(a.Cause)
	return strings.Contains(cause, "taken out of service") && !strings.Contains(cause, "shrinking the capacity") ||
		strings.Contains(cause, "instance refresh")
}

func (l *lesson) launchedAfter(lost autoscaling.Activity) *autoscaling.Activity {
	for i, a := range l.Activities {
		if launched(a) && a.StatusCode == autoscaling.ScalingActivityStatusCodeSuccessful &&
			aws.ToString(a.AutoScalingGroupName) == aws.ToString(lost.AutoScalingGroupName) && aws.ToTime(a.StartTime).After(aws.ToTime(lost.StartTime)) {
			return &l.Activities[i]
		}
	}
	return nil
}

// told tells of an activity in AWS's own words, which begin with the time.
func told(a autoscaling.Activity) string {
	return ended(aws.ToString(a.Description) + ": " + aws.ToString(a.Cause))
}
