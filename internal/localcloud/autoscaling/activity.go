package autoscaling

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// keptActivities limits a group's log to one page. AWS keeps six weeks.
const keptActivities = 100

// begin adds an activity that has started. cause is one or more sentences made with at.
func (s *Service) begin(g *group, status types.ScalingActivityStatusCode, where subnet, description, cause string) *types.Activity {
	details, err := json.Marshal(map[string]string{"Subnet ID": where.id, "Availability Zone": where.zone})
	if err != nil {
		panic("an activity's details cannot be encoded: " + err.Error())
	}
	activity := &types.Activity{
		ActivityId: aws.String(s.fabric.ID("activity")), AutoScalingGroupName: &g.name, AutoScalingGroupARN: &g.arn,
		Description: &description, Cause: &cause, Details: aws.String(string(details)),
		StartTime: aws.Time(now()), StatusCode: status, Progress: aws.Int32(50),
	}
	g.activities = append(g.activities, activity)
	if len(g.activities) > keptActivities {
		g.activities = g.activities[1:]
	}
	return activity
}

func end(activity *types.Activity, status types.ScalingActivityStatusCode, message string) {
	activity.StatusCode, activity.EndTime, activity.Progress = status, aws.Time(now()), aws.Int32(100)
	if message != "" {
		activity.StatusMessage = &message
		activity.Description = aws.String(*activity.Description + ".  Status Reason: " + message)
	}
}

// at makes a sentence of a cause in AWS's form.
func at(format string, args ...any) string {
	return "At " + now().Format(time.RFC3339) + " " + fmt.Sprintf(format, args...)
}

// because joins the sentences of a cause and skips empty ones.
func because(sentences ...string) string {
	cause := ""
	for _, sentence := range sentences {
		if cause != "" && sentence != "" {
			cause += "  "
		}
		cause += sentence
	}
	return cause
}

func (s *Service) describeActivities(in *autoscaling.DescribeScalingActivitiesInput) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribeScalingActivitiesOutput{Activities: s.Activities(g.name)}, nil
}

// Activities returns the log of a group as DescribeScalingActivities does: those in progress first,
// then the latest first, or nil if there is no such group.
func (s *Service) Activities(name string) []types.Activity {
	g, err := s.find(name)
	if err != nil {
		return nil
	}
	activities := make([]types.Activity, 0, len(g.activities))
	for _, activity := range slices.Backward(g.activities) {
		activities = append(activities, *activity)
	}
	slices.SortStableFunc(activities, func(a, b types.Activity) int {
		return cmp.Compare(aws.ToInt32(a.Progress), aws.ToInt32(b.Progress))
	})
	return activities
}
