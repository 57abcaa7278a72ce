package grade

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// judgeActivity looks for an instance that the group launched after the first ones: because it was to have
// more, or in place of another.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
func judgeActivity(l *lesson) finding {
	if l.group == nil {
		return missing("Make the group first; then put load on it, or terminate one of its instances, and see its activity history.")
	}
	activities := l.activitiesOf(aws.ToString(l.group.AutoScalingGroupName))
	var lost *autoscaling.Activity
	for _, a := range activities {
		switch {
		case launched(a) && grown(a):
			return done("It grew. " + told(a))
		case launched(a) && instead(a):
			return done("It replaced an instance. " + told(a))
		case replaceable(a):
			lost = &a
			if other := launchedAfter(activities, a); other != nil {
				return done("It replaced an instance. "+told(a), told(*other))
			}
		}
	}
	if lost != nil {
		return partly("Wait until the group has launched another instance.", told(*lost))
	}
	return missing("Put load on the app until the group grows, or terminate one of its instances and wait for another.",
		append([]string{"The group has only its first instances."}, failures(activities)...)...)
}

func (l *lesson) activitiesOf(group string) (found []autoscaling.Activity) {
	for _, a := range l.Activities {
		if aws.ToString(a.AutoScalingGroupName) == group {
			found = append(found, a)
		}
	}
	return found
}

// failures tells of the last launch that failed, if one did.
func failures(activities []autoscaling.Activity) []string {
	for _, a := range activities { // the last one first
		if a.StatusCode == autoscaling.ScalingActivityStatusCodeFailed {
			return []string{ended(aws.ToString(a.Description) + ": " + aws.ToString(a.StatusMessage))}
		}
	}
	return nil
}

func succeeded(a autoscaling.Activity, did string) bool {
	return a.StatusCode == autoscaling.ScalingActivityStatusCodeSuccessful && strings.HasPrefix(aws.ToString(a.Description), did)
}

func launched(a autoscaling.Activity) bool { return succeeded(a, "Launching") }

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

// instead reports whether an instance was launched before the one that it replaces went.
func instead(a autoscaling.Activity) bool {
	cause := aws.ToString(a.Cause)
	return strings.Contains(cause, "needing to be replaced") || strings.Contains(cause, "instance refresh")
}

// replaceable reports whether an instance was taken out of service though the group was to keep its size.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/replace-unhealthy-instance.html
func replaceable(a autoscaling.Activity) bool {
	cause := aws.ToString(a.Cause)
	return succeeded(a, "Terminating") && strings.Contains(cause, "taken out of service") && !strings.Contains(cause, "shrinking the capacity")
}

func launchedAfter(activities []autoscaling.Activity, lost autoscaling.Activity) *autoscaling.Activity {
	for _, a := range activities {
		if launched(a) && aws.ToTime(a.StartTime).After(aws.ToTime(lost.StartTime)) {
			return &a
		}
	}
	return nil
}

// told tells of an activity in AWS's own words, which begin with the time.
func told(a autoscaling.Activity) string {
	return ended(aws.ToString(a.Description) + ": " + aws.ToString(a.Cause))
}
