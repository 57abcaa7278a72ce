package awsstack

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/local/control"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/current"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

const shownActivities = 20

// Status is the stack at this moment, in the form in which a local cloud tells of itself. What it
// asks of several services it asks at once; the errors are theirs, joined.
func (s *Stack) Status(ctx context.Context) (control.Status, error) {
	status := control.Status{
		Stack: s.Name, Region: s.Region, Console: s.Dashboard, Environment: string(s.Environment),
		ReleaseMachine: s.ReleaseMachine, TeardownMachine: s.TeardownMachine,
		Instances: []control.Instance{}, Alarms: []control.Alarm{}, Activities: []control.Activity{}, Schedules: []control.Schedule{},
	}
	// Each fills in fields of its own.
	parts := []func(context.Context, *control.Status) error{s.serving, s.entrance, s.group, s.activities, s.alarms, s.schedules}
	failed := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { failed[i] = part(ctx, &status) })
	}
	all.Wait()
	return status, errors.Join(failed...)
}

func (s *Stack) serving(ctx context.Context, status *control.Status) error {
	recorded, err := s.recorded(ctx)
	if err == nil && recorded.Serving {
		status.Serving = &control.Serving{Release: recorded.Release, Version: recorded.Version, Image: recorded.Image, FormerImage: recorded.FormerImage}
	}
	return err
}

// recorded is what the last release has written down.
func (s *Stack) recorded(ctx context.Context) (release.Current, error) {
	table, err := s.output(tableOutput)
	if err != nil {
		return release.Current{}, err
	}
	return current.Read(ctx, s.clients.DynamoDB, table)
}

func (s *Stack) entrance(ctx context.Context, status *control.Status) error {
	found, err := balancer.Find(ctx, s.clients.ELB, s.Environment)
	if err != nil || found == nil {
		return err
	}
	if status.Gallery = s.outputs[galleryOutput]; status.Gallery == "" {
		status.Gallery = "http://" + aws.ToString(found.DNSName) + "/"
	}
	if found.State != nil {
		status.LoadBalancer = string(found.State.Code)
	}
	return nil
}

// Gallery is the URL of the home page, by the domain if the stack has one; "" where there is no load
// balancer.
func (s *Stack) Gallery(ctx context.Context) (string, error) {
	var status control.Status
	err := s.entrance(ctx, &status)
	return status.Gallery, err
}

// group tells of the group and its instances, and of builders.
func (s *Stack) group(ctx context.Context, status *control.Status) error {
	group, err := fleet.Group(ctx, s.clients.AutoScaling, s.Environment)
	if err != nil {
		return err
	}
	if group != nil {
		status.Group = &control.Group{
			Min: int(aws.ToInt32(group.MinSize)), Max: int(aws.ToInt32(group.MaxSize)), Desired: int(aws.ToInt32(group.DesiredCapacity)),
		}
		for _, instance := range group.Instances {
			if instance.LifecycleState == autoscalingtypes.LifecycleStateInService {
				status.Group.InService++
			}
		}
		refreshes, err := fleet.Refreshes(ctx, s.clients.AutoScaling, s.Environment)
		if err != nil {
			return err
		}
		if active := fleet.ActiveRefresh(refreshes); active != nil {
			status.Group.Refresh = fmt.Sprintf("%s, %d %%", active.Status, aws.ToInt32(active.PercentageComplete))
		}
	}
	status.Instances, err = s.instances(ctx, group)
	return err
}

func (s *Stack) activities(ctx context.Context, status *control.Status) error {
	group, err := fleet.Group(ctx, s.clients.AutoScaling, s.Environment)
	if err != nil || group == nil {
		return err // AWS refuses to tell of a group that is not there
	}
	out, err := s.clients.AutoScaling.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(s.Environment.Name()), MaxRecords: aws.Int32(shownActivities),
	})
	if err != nil {
		return err
	}
	for _, activity := range out.Activities[:min(len(out.Activities), shownActivities)] {
		status.Activities = append(status.Activities, control.Activity{
			Time: aws.ToTime(activity.StartTime), Status: string(activity.StatusCode),
			Description: aws.ToString(activity.Description), Cause: aws.ToString(activity.Cause),
			Instance: instanceInText.FindString(aws.ToString(activity.Description)),
		})
	}
	return nil
}

// alarms are those that releases make; the stack's own stand on its dashboard.
func (s *Stack) alarms(ctx context.Context, status *control.Status) error {
	var names []string
	for _, kind := range release.AlarmKinds() {
		names = append(names, s.Environment.Alarm(kind))
	}
	out, err := s.clients.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: names})
	if err != nil {
		return err
	}
	for _, alarm := range out.MetricAlarms {
		status.Alarms = append(status.Alarms, control.Alarm{
			Name: aws.ToString(alarm.AlarmName), State: string(alarm.StateValue), Reason: aws.ToString(alarm.StateReason),
			Description: aws.ToString(alarm.AlarmDescription), Since: aws.ToTime(alarm.StateTransitionedTimestamp), Marks: []control.Mark{},
		})
	}
	return nil
}

// Schedules returns the enabled schedules: the stack's nightly and morning ones, and a ttl's.
func (s *Stack) Schedules(ctx context.Context) ([]control.Schedule, error) {
	var status control.Status
	err := s.schedules(ctx, &status)
	return status.Schedules, err
}

// schedules are those that are on: the stack's nightly and morning ones, and a ttl's.
func (s *Stack) schedules(ctx context.Context, status *control.Status) error {
	pages := scheduler.NewListSchedulesPaginator(s.clients.Scheduler, &scheduler.ListSchedulesInput{GroupName: aws.String(s.Environment.Name())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if release.IsNotFound(err) {
			return nil // the stack has no group of schedules
		}
		if err != nil {
			return err
		}
		for _, listed := range page.Schedules {
			if err := s.schedule(ctx, listed, status); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Stack) schedule(ctx context.Context, listed schedulertypes.ScheduleSummary, status *control.Status) error {
	if listed.State == schedulertypes.ScheduleStateDisabled {
		return nil
	}
	found, err := s.clients.Scheduler.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: listed.GroupName, Name: listed.Name})
	if release.IsNotFound(err) {
		return nil // it has run meanwhile, and deleted itself
	}
	if err != nil {
		return err
	}
	starts := "release"
	if listed.Target != nil && aws.ToString(listed.Target.Arn) == s.TeardownMachine {
		starts = "teardown"
	}
	status.Schedules = append(status.Schedules, control.Schedule{
		Name: aws.ToString(listed.Name), Expression: aws.ToString(found.ScheduleExpression),
		TimeZone: aws.ToString(found.ScheduleExpressionTimezone), Starts: starts,
	})
	return nil
}
