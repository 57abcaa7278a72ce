package environment

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/release"
)

const maxActivities = 20

// activities lists the latest activities of a slot's group. AWS refuses to list those of a group
// that does not exist.
func (r Reader) activities(ctx context.Context, slot release.Slot) ([]Activity, error) {
	out, err := r.Clients.AutoScaling.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(r.Environment.Group(slot)), MaxRecords: aws.Int32(maxActivities),
	})
	if err != nil {
		return nil, err
	}
	var activities []Activity
	for _, activity := range out.Activities[:min(len(out.Activities), maxActivities)] {
		shown := Activity{
			Time: aws.ToTime(activity.StartTime), Status: string(activity.StatusCode),
			Description: aws.ToString(activity.Description), Cause: aws.ToString(activity.Cause), Slot: slot,
		}
		shown.Instance = instanceInText.FindString(shown.Description)
		shown.Did, shown.Why = did(shown), r.why(shown)
		activities = append(activities, shown)
	}
	return activities, nil
}

var (
	instanceInText = regexp.MustCompile(`i-[0-9a-f]{17}`)
	alarmInText    = regexp.MustCompile(`monitor alarm (\S+) in state ALARM`)
)

func did(a Activity) string {
	switch {
	case a.Status == "Failed" || a.Status == "Cancelled":
		return "failed to launch"
	case strings.HasPrefix(a.Description, "Terminating"):
		return "terminated"
	}
	return "launched"
}

// reasons shortens Auto Scaling's causes. More specific ones come first.
var reasons = []struct{ says, means string }{
	{"instance refresh", "instance refresh"},
	{"ELB system health check failure", "it failed the load balancer's health check"},
	{"EC2 health check", "it had stopped"},
	{"unhealthy instance needing to be replaced", "in place of an unhealthy one"},
	{"in response to a user request", "asked for by hand"},
	{"created an AutoScalingGroup", "the group was created"},
	{"a user request update", "the group's size was set"},
}

// why returns an activity's cause in a few words: the kind of the alarm, if it was one.
func (r Reader) why(a Activity) string {
	if alarm := a.Alarm(); alarm != "" {
		return strings.TrimPrefix(alarm, r.Environment.Group(a.Slot)+"-")
	}
	for _, reason := range reasons {
		if strings.Contains(a.Cause, reason.says) {
			return reason.means
		}
	}
	return a.Cause
}

// Alarm returns the name of the alarm that caused the activity, or "" if none did.
func (a Activity) Alarm() string {
	if found := alarmInText.FindStringSubmatch(a.Cause); found != nil {
		return found[1]
	}
	return ""
}
