package local

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/release"
	"photogallery/lambdas/current"
	"photogallery/lambdas/fleet"
)

const shownActivities = 20

// status leaves out what cannot be told at the moment, such as the group of a cloud without one.
func (l *Local) status() control.Status {
	ctx := context.Background()
	_, state := l.loadBalancer()
	s := control.Status{
		Version: l.options.Version, Environment: string(Environment), PID: l.endpoint.PID, Started: l.started, Pace: l.options.Pace,
		Data: l.options.Data, Gallery: l.endpoint.Gallery, LoadBalancer: state,
		ReleaseMachine: l.stack.Settings.ReleaseMachine, TeardownMachine: l.stack.Settings.TeardownMachine,
		Instances: l.instances(), Alarms: l.alarms(ctx), Activities: []control.Activity{}, Schedules: l.schedules(),
	}
	if recorded, err := current.Read(ctx, l.stack.Clients.DynamoDB, l.stack.Settings.Table); err == nil && recorded.Serving {
		s.Serving = &control.Serving{Release: recorded.Release, Version: recorded.Version, Image: recorded.Image, FormerImage: recorded.FormerImage}
	}
	l.describeGroup(ctx, &s)
	return s
}

func (l *Local) describeGroup(ctx context.Context, s *control.Status) {
	group, err := fleet.Group(ctx, l.stack.Clients.AutoScaling, Environment)
	if err != nil || group == nil {
		return
	}
	s.Group = &control.Group{
		Min: int(aws.ToInt32(group.MinSize)), Max: int(aws.ToInt32(group.MaxSize)), Desired: int(aws.ToInt32(group.DesiredCapacity)),
	}
	for _, instance := range group.Instances {
		if instance.LifecycleState == autoscalingtypes.LifecycleStateInService {
			s.Group.InService++
		}
	}
	if refreshes, err := fleet.Refreshes(ctx, l.stack.Clients.AutoScaling, Environment); err == nil {
		if active := fleet.ActiveRefresh(refreshes); active != nil {
			s.Group.Refresh = fmt.Sprintf("%s, %d %%", active.Status, aws.ToInt32(active.PercentageComplete))
		}
	}
	s.Activities = l.activities(ctx)
}

func (l *Local) activities(ctx context.Context) []control.Activity {
	activities := []control.Activity{}
	out, err := l.stack.Clients.AutoScaling.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(Environment.Name()),
	})
	if err != nil {
		return activities
	}
	for _, activity := range out.Activities[:min(len(out.Activities), shownActivities)] {
		activities = append(activities, control.Activity{
			Time: aws.ToTime(activity.StartTime), Status: string(activity.StatusCode),
			Description: aws.ToString(activity.Description), Cause: aws.ToString(activity.Cause),
		})
	}
	return activities
}

func (l *Local) instances() []control.Instance {
	instances := []control.Instance{}
	l.stack.Cloud.Fabric.Do(func() {
		versions := map[string]string{}
		for _, image := range l.stack.Cloud.EC2.KeptImages() {
			versions[image.ID] = image.Tags[release.TagVersion]
		}
		for _, i := range l.stack.Cloud.EC2.Instances() {
			if i.State == ec2.Terminated {
				continue
			}
			shown := control.Instance{
				ID: i.ID, Role: i.Tags[release.TagRole], Zone: i.Zone, State: i.State, Image: i.ImageID, Version: versions[i.ImageID],
				Launched: i.LaunchedAt, Health: l.stack.Cloud.ELB.Health(l.stack.Settings.TargetGroup, i.ID),
				Address: l.machines.Address(i.ID),
			}
			if i.Machine != nil {
				shown.CPU = i.Machine.CPU()
			}
			instances = append(instances, shown)
		}
	})
	return instances
}

func (l *Local) alarms(ctx context.Context) []control.Alarm {
	alarms := []control.Alarm{}
	out, err := l.stack.Clients.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(Environment.Name() + "-")})
	if err != nil {
		return alarms
	}
	for _, alarm := range out.MetricAlarms {
		alarms = append(alarms, control.Alarm{
			Name: aws.ToString(alarm.AlarmName), State: string(alarm.StateValue), Reason: aws.ToString(alarm.StateReason),
		})
	}
	return alarms
}

func (l *Local) schedules() []control.Schedule {
	schedules := []control.Schedule{}
	l.stack.Cloud.Fabric.Do(func() {
		for _, s := range l.stack.Cloud.Scheduler.Schedules() {
			starts := "release"
			if s.Target == l.stack.Settings.TeardownMachine {
				starts = "teardown"
			}
			schedules = append(schedules, control.Schedule{Name: s.Name, Expression: s.Expression, TimeZone: s.TimeZone, Starts: starts, Next: s.Next})
		}
	})
	return schedules
}

func (l *Local) images() []control.Image {
	recorded, _ := current.Read(context.Background(), l.stack.Clients.DynamoDB, l.stack.Settings.Table) // without it none is marked
	images := []control.Image{}
	l.stack.Cloud.Fabric.Do(func() {
		for _, i := range l.stack.Cloud.EC2.KeptImages() {
			images = append(images, control.Image{
				ID: i.ID, Name: i.Name, State: "available", Version: i.Tags[release.TagVersion], Release: i.Tags[release.TagRelease],
				Digest: i.Tags[release.TagDigest], Created: i.Created, Bytes: i.Bytes,
				Serving: recorded.Serving && recorded.Image == i.ID, Former: recorded.FormerImage == i.ID,
			})
		}
	})
	slices.SortFunc(images, func(a, b control.Image) int {
		if order := b.Created.Compare(a.Created); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return images
}

// isReleasing tells whether a release runs.
func (l *Local) isReleasing() bool {
	out, err := l.stack.SFN.ListExecutions(context.Background(), &sfn.ListExecutionsInput{
		StateMachineArn: &l.stack.Settings.ReleaseMachine, StatusFilter: types.ExecutionStatusRunning,
	})
	return err == nil && len(out.Executions) > 0
}
