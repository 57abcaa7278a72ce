package autoscaling

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones do not depend on the machine's files

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/cron"
	"photogallery/internal/localcloud/fabric"
)

// mostScheduled is how many scheduled actions a group may have.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
const mostScheduled = 125

// scheduledAction sets a group's sizes again and again. It follows the wall clock, whatever the
// cloud's pace, as the schedules of EventBridge do.
type scheduledAction struct {
	types.ScheduledUpdateGroupAction
	timing cron.Schedule
	stop   func()
}

// putScheduled makes or updates an action. It answers as AWS does if another one of the group is due
// at the same time.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
func (s *Service) putScheduled(in *autoscaling.PutScheduledUpdateGroupActionInput) (*autoscaling.PutScheduledUpdateGroupActionOutput, error) {
	g, err := s.findLive(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	next, err := scheduledOf(g, in)
	if err != nil {
		return nil, err
	}
	at := g.scheduledIndex(*next.ScheduledActionName)
	if at >= 0 { // an update keeps the time of its next run: https://github.com/hashicorp/terraform-provider-aws/issues/41200
		next.StartTime, next.Time, next.ScheduledActionARN = g.scheduled[at].StartTime, g.scheduled[at].Time, g.scheduled[at].ScheduledActionARN
	}
	other := slices.IndexFunc(g.scheduled, func(a *scheduledAction) bool {
		return *a.ScheduledActionName != *next.ScheduledActionName && a.StartTime.Equal(*next.StartTime)
	})
	switch {
	case other >= 0:
		return nil, fabric.Errorf("AlreadyExists", "Scheduled action with this scheduled start time already exists: %s of group %s", *g.scheduled[other].ScheduledActionName, g.name)
	case at >= 0:
		g.scheduled[at].stop()
		g.scheduled[at] = next
	case len(g.scheduled) == mostScheduled:
		return nil, fabric.Errorf("LimitExceeded", "group %s has %d scheduled actions: delete one first", g.name, mostScheduled)
	default:
		next.ScheduledActionARN = aws.String(fabric.ARN("autoscaling", fmt.Sprintf("scheduledUpdateGroupAction:%s:autoScalingGroupName/%s:scheduledActionName/%s", s.fabric.ID("scheduled"), g.name, *next.ScheduledActionName)))
		g.scheduled = append(g.scheduled, next)
	}
	s.arm(g, next)
	return &autoscaling.PutScheduledUpdateGroupActionOutput{}, nil
}

// scheduledOf refuses one-time actions: the steps make recurring ones.
func scheduledOf(g *group, in *autoscaling.PutScheduledUpdateGroupActionInput) (*scheduledAction, error) {
	if in.StartTime != nil || in.EndTime != nil || in.Time != nil || aws.ToString(in.Recurrence) == "" {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud has recurring scheduled actions only: give a Recurrence, and neither StartTime nor EndTime")
	}
	if in.MinSize == nil && in.MaxSize == nil && in.DesiredCapacity == nil {
		return nil, fabric.Errorf("ValidationError", "At least one of MinSize, MaxSize or DesiredCapacity must be given")
	}
	zoneName := cmp.Or(aws.ToString(in.TimeZone), "Etc/UTC")
	zone, err := time.LoadLocation(zoneName)
	if err != nil || zone == time.Local {
		return nil, fabric.Errorf("ValidationError", "TimeZone %q: give the IANA name of one, such as Europe/Berlin", zoneName)
	}
	timing, err := cron.ParseRecurrence(*in.Recurrence, zone, time.Now())
	if err != nil {
		return nil, fabric.Errorf("ValidationError", "Given recurrence string: %s is invalid: %v", *in.Recurrence, err)
	}
	first := timing.First.UTC()
	return &scheduledAction{timing: timing, stop: func() {}, ScheduledUpdateGroupAction: types.ScheduledUpdateGroupAction{
		AutoScalingGroupName: &g.name, ScheduledActionName: in.ScheduledActionName, Recurrence: in.Recurrence, TimeZone: in.TimeZone,
		MinSize: in.MinSize, MaxSize: in.MaxSize, DesiredCapacity: in.DesiredCapacity, StartTime: &first, Time: &first,
	}}, nil
}

func (g *group) scheduledIndex(name string) int {
	return slices.IndexFunc(g.scheduled, func(a *scheduledAction) bool { return *a.ScheduledActionName == name })
}

// arm waits for an action's start time.
func (s *Service) arm(g *group, a *scheduledAction) {
	a.stop = s.fabric.At(*a.StartTime, func() { s.runScheduled(g, a) })
}

// runScheduled sets what the action names and keeps the rest. A minimum above the desired capacity
// raises it, and a maximum below lowers it, as in an update of the group.
func (s *Service) runScheduled(g *group, a *scheduledAction) {
	if g.deleting {
		return
	}
	least, most := given(a.MinSize, g.min), given(a.MaxSize, g.max)
	desired := given(a.DesiredCapacity, min(max(g.desired, least), most))
	if checkSizes(least, most, desired) == nil {
		g.min, g.max = least, most
		s.setDesired(g, desired, fmt.Sprintf("a scheduled action update of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", least, most, desired))
	}
	next := a.timing.Next(time.Now()).UTC()
	if a.StartTime, a.Time = &next, &next; !next.IsZero() {
		s.arm(g, a)
	}
}

// describeScheduled answers in one page, by name.
func (s *Service) describeScheduled(in *autoscaling.DescribeScheduledActionsInput) (*autoscaling.DescribeScheduledActionsOutput, error) {
	if len(in.ScheduledActionNames) > 0 || in.StartTime != nil || in.EndTime != nil || aws.ToString(in.AutoScalingGroupName) == "" {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud describes all scheduled actions of a group: give AutoScalingGroupName alone")
	}
	g, err := s.find(*in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeScheduledActionsOutput{ScheduledUpdateGroupActions: []types.ScheduledUpdateGroupAction{}}
	for _, a := range g.scheduled {
		out.ScheduledUpdateGroupActions = append(out.ScheduledUpdateGroupActions, a.ScheduledUpdateGroupAction)
	}
	slices.SortFunc(out.ScheduledUpdateGroupActions, func(a, b types.ScheduledUpdateGroupAction) int {
		return strings.Compare(*a.ScheduledActionName, *b.ScheduledActionName)
	})
	return out, nil
}

func (s *Service) deleteScheduled(in *autoscaling.DeleteScheduledActionInput) (*autoscaling.DeleteScheduledActionOutput, error) {
	g, err := s.find(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	at := g.scheduledIndex(aws.ToString(in.ScheduledActionName))
	if at < 0 {
		return nil, fabric.Errorf("ValidationError", "Scheduled action name not found: %s", aws.ToString(in.ScheduledActionName))
	}
	g.scheduled[at].stop()
	g.scheduled = slices.Delete(g.scheduled, at, at+1)
	return &autoscaling.DeleteScheduledActionOutput{}, nil
}

// unschedule removes the actions of a group that is being deleted.
func (g *group) unschedule() {
	for _, a := range g.scheduled {
		a.stop()
	}
	g.scheduled = nil
}
