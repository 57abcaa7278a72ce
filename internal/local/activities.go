package local

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/local/control"
)

func (l *Local) activities(ctx context.Context, alarms []control.Alarm, watching map[string]watched) []control.Activity {
	activities := []control.Activity{}
	out, err := l.stack.Clients.AutoScaling.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(Environment.Name()),
	})
	if err != nil {
		return activities
	}
	for _, activity := range out.Activities[:min(len(out.Activities), shownActivities)] {
		shown := control.Activity{
			Time: aws.ToTime(activity.StartTime), Status: string(activity.StatusCode),
			Description: aws.ToString(activity.Description), Cause: aws.ToString(activity.Cause),
		}
		shown.Instance = instanceIn.FindString(shown.Description)
		shown.Did, shown.Why = did(shown), l.why(shown, alarms, watching)
		activities = append(activities, shown)
	}
	return activities
}

var (
	instanceIn = regexp.MustCompile(`i-[0-9a-f]{17}`)
	alarmed    = regexp.MustCompile(`monitor alarm (\S+) in state ALARM`)
)

func did(a control.Activity) string {
	switch {
	case a.Status == "Failed" || a.Status == "Cancelled":
		return "failed to launch"
	case strings.HasPrefix(a.Description, "Terminating"):
		return "terminated"
	}
	return "launched"
}

// reasons are what the causes of Auto Scaling come down to, most telling first.
var reasons = []struct{ says, means string }{
	{"instance refresh", "instance refresh"},
	{"ELB system health check failure", "it failed the load balancer's health check"},
	{"EC2 health check", "it had stopped"},
	{"unhealthy instance needing to be replaced", "in place of an unhealthy one"},
	{"in response to a user request", "asked for by hand"},
	{"created an AutoScalingGroup", "the group was created"},
	{"a user request update", "the group's size was set"},
}

// why tells an activity's cause in few words: for an alarm's the metric at that time.
func (l *Local) why(a control.Activity, alarms []control.Alarm, watching map[string]watched) string {
	found := alarmed.FindStringSubmatch(a.Cause)
	if found == nil {
		for _, reason := range reasons {
			if strings.Contains(a.Cause, reason.says) {
				return reason.means
			}
		}
		return a.Cause
	}
	words := []string{}
	for _, alarm := range alarms {
		if alarm.Name != found[1] {
			continue
		}
		for _, mark := range alarm.Marks {
			words = append(words, compared(mark, l.before(a.Time, watching[mark.Metric])))
		}
	}
	return strings.TrimSuffix(alarmKind(found[1])+", "+strings.Join(words, " and "), ", ")
}

// compared is a mark beside the value that crossed it.
func compared(mark control.Mark, value *float64) string {
	sign := ">"
	if mark.Below {
		sign = "<"
	}
	unit := map[string]string{"requests": " per target", "cpu": " % CPU", "unhealthy": " unhealthy"}[mark.Metric]
	shown := "0" // a metric without data: nobody asked, nothing was at work
	if value != nil {
		shown = fmt.Sprintf("%.0f", *value)
	}
	return fmt.Sprintf("%s%s %s %g", shown, unit, sign, mark.Threshold)
}
