package local

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/local/control"
	"photogallery/internal/localcloud/ec2"
	"photogallery/lambdas/current"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

const shownActivities = 20

// Status is the cloud at this moment. It leaves out what cannot be told, such as the group of a cloud
// without one.
func (l *Local) Status() control.Status {
	ctx := context.Background()
	_, state := l.loadBalancer()
	described := l.describeAlarms()
	s := control.Status{
		Version: l.options.Version, Environment: string(Environment), PID: l.endpoint.PID, Started: l.started, Pace: l.options.Pace,
		Data: l.options.Data, Gallery: l.endpoint.Gallery, Console: l.endpoint.Console, LoadBalancer: state,
		ReleaseMachine: l.stack.Settings.ReleaseMachine, TeardownMachine: l.stack.Settings.TeardownMachine,
		Instances: l.instances(), Alarms: l.alarms(described), Activities: []control.Activity{}, Schedules: l.schedules(),
	}
	if recorded, err := current.Read(ctx, l.stack.Clients.DynamoDB, l.stack.Settings.Table); err == nil && recorded.Serving {
		s.Serving = &control.Serving{Release: recorded.Release, Version: recorded.Version, Image: recorded.Image, FormerImage: recorded.FormerImage}
	}
	l.describeGroup(ctx, &s, metrics(described))
	return s
}

func (l *Local) describeGroup(ctx context.Context, s *control.Status, watching map[string]watched) {
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
	s.Activities = l.activities(ctx, s.Alarms, watching)
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

// Images are those that releases made, newest first.
func (l *Local) Images() []control.Image {
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
