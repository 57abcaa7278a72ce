package autoscaling_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsautoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

const (
	guard    = "photogallery-main-unhealthy-hosts"
	bakeTime = 5 * time.Minute
)

// refresh starts a refresh to a version as a release does.
func (c *cloud) refresh(version string, changes ...func(*awsautoscaling.StartInstanceRefreshInput)) (id string, err error) {
	in := &awsautoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: aws.String(fleet),
		DesiredConfiguration: &types.DesiredConfiguration{
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &c.template, Version: &version},
		},
		Preferences: &types.RefreshPreferences{
			MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(150), SkipMatching: aws.Bool(true),
			AutoRollback: aws.Bool(true), BakeTime: aws.Int32(int32(bakeTime.Seconds())), InstanceWarmup: aws.Int32(int32(warmup.Seconds())),
			AlarmSpecification: &types.AlarmSpecification{Alarms: []string{guard}},
		},
	}
	for _, change := range changes {
		change(in)
	}
	out, err := c.api.StartInstanceRefresh(context.Background(), in)
	if err != nil {
		return "", err
	}
	return *out.InstanceRefreshId, nil
}

func (c *cloud) start(version string, changes ...func(*awsautoscaling.StartInstanceRefreshInput)) string {
	c.t.Helper()
	id, err := c.refresh(version, changes...)
	c.must(err)
	return id
}

func (c *cloud) rollback() error {
	_, err := c.api.RollbackInstanceRefresh(context.Background(), &awsautoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: aws.String(fleet)})
	return err
}

func (c *cloud) cancel() error {
	_, err := c.api.CancelInstanceRefresh(context.Background(), &awsautoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: aws.String(fleet)})
	return err
}

func (c *cloud) described(id string) types.InstanceRefresh {
	c.t.Helper()
	out, err := c.api.DescribeInstanceRefreshes(context.Background(), &awsautoscaling.DescribeInstanceRefreshesInput{
		AutoScalingGroupName: aws.String(fleet), InstanceRefreshIds: []string{id},
	})
	c.must(err)
	if len(out.InstanceRefreshes) != 1 {
		c.t.Fatalf("%d refreshes with ID %s", len(out.InstanceRefreshes), id)
	}
	return out.InstanceRefreshes[0]
}

// follow looks every second until the refresh has the status, and tells what it saw.
func (c *cloud) follow(id string, until types.InstanceRefreshStatus) (statuses []types.InstanceRefreshStatus, percents []int32) {
	c.t.Helper()
	for deadline := time.Now().Add(3 * time.Hour); time.Now().Before(deadline); time.Sleep(time.Second) {
		r := c.described(id)
		if len(statuses) == 0 || statuses[len(statuses)-1] != r.Status {
			statuses = append(statuses, r.Status)
		}
		if len(percents) == 0 || percents[len(percents)-1] != *r.PercentageComplete {
			percents = append(percents, *r.PercentageComplete)
		}
		if r.Status == until {
			return statuses, percents
		}
	}
	c.t.Fatalf("the refresh went through %v only, not to %s", statuses, until)
	return nil, nil
}

func (c *cloud) wantEvents(want ...string) {
	c.t.Helper()
	time.Sleep(time.Second)
	c.fabric.Do(func() {
		for i := range want {
			want[i] = "EC2 Auto Scaling Instance Refresh " + want[i]
		}
		slices.Sort(want)
		slices.Sort(c.events) // delivery keeps no order
		if !slices.Equal(c.events, want) {
			c.t.Errorf("events %q, want %q", c.events, want)
		}
	})
}

func (c *cloud) wantReason(id, part string) {
	c.t.Helper()
	if got := aws.ToString(c.described(id).StatusReason); !strings.Contains(got, part) {
		c.t.Errorf("status reason %q, want it to say %q", got, part)
	}
}

func TestRefreshLaunchesBeforeItTerminatesAndBakes(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		since := time.Now()
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusInProgress)
		if got := c.zones(); got[zoneA]+got[zoneB] != 3 {
			t.Errorf("at the start the group has %v, want one more than desired", got)
		}
		c.wantReason(id, "is being launched")
		time.Sleep(time.Minute)
		c.wantReason(id, "is warming up")
		_, percents := c.follow(id, types.InstanceRefreshStatusBaking)
		if !slices.Equal(percents, []int32{0, 50, 100}) {
			t.Errorf("percentages %v", percents)
		}
		c.wantVersions("1", "2", "2")
		c.wantZones(1, 1)
		baking := time.Now()
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		if baked := time.Since(baking); baked < bakeTime-time.Second || baked > bakeTime+30*time.Second {
			t.Errorf("it baked for %v", baked)
		}
		c.wantVersions("2", "2", "2")
		c.wantNeverBelow(2, since)
		c.wantEvents("Started", "Started Baking", "Succeeded")
		if r := c.described(id); *r.InstancesToUpdate != 0 || r.EndTime == nil || r.RollbackDetails != nil {
			t.Errorf("at the end: %+v", r)
		}
		c.wantCode("ActiveInstanceRefreshNotFound", c.rollback())
		c.wantCode("ActiveInstanceRefreshNotFound", c.cancel())
		if a := c.activity("Terminating EC2 instance: i-"); !strings.Contains(*a.Cause, "in response to an instance refresh.") {
			t.Errorf("cause %q", *a.Cause)
		}
	})
}

func TestRefreshOfALargeGroupRunsInBatches(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 5)
		c.alarm(guard)
		since := time.Now()
		id := c.start("2")
		_, percents := c.follow(id, types.InstanceRefreshStatusSuccessful)
		if !slices.Equal(percents, []int32{0, 40, 80, 100}) {
			t.Errorf("percentages %v", percents)
		}
		c.wantVersions("2", "2", "2", "2", "2", "2")
		c.wantZones(3, 2)
		c.wantNeverBelow(5, since)
	})
}

func TestRefreshWithRoomBelowTerminatesFirst(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		since := time.Now()
		id := c.start("2", plainly, func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Preferences.MinHealthyPercentage, in.Preferences.MaxHealthyPercentage = aws.Int32(50), aws.Int32(100)
		})
		most := 0
		for c.described(id).Status != types.InstanceRefreshStatusSuccessful {
			most = max(most, len(c.inService()))
			time.Sleep(5 * time.Second)
		}
		if most > 2 {
			t.Errorf("%d instances were in service, want never more than 2", most)
		}
		c.wantVersions("2", "2", "2")
		c.wantNeverBelow(1, since)
	})
}

// plainly leaves the bake, the alarm and the way back out of a refresh.
func plainly(in *awsautoscaling.StartInstanceRefreshInput) {
	in.Preferences.BakeTime, in.Preferences.AlarmSpecification, in.Preferences.AutoRollback = nil, nil, nil
}

func TestSkipMatchingLeavesInstancesOfTheVersionAlone(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		before := c.group().Instances
		id := c.start("1", plainly)
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		if after := c.group().Instances; *after[0].InstanceId != *before[0].InstanceId || len(after) != 2 {
			t.Errorf("before %+v, after %+v", before, after)
		}
		id = c.start("1", plainly, func(in *awsautoscaling.StartInstanceRefreshInput) { in.Preferences.SkipMatching = nil })
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		for _, i := range slices.DeleteFunc(c.group().Instances, func(i types.Instance) bool { return i.LifecycleState == types.LifecycleStateTerminating }) {
			if *i.InstanceId == *before[0].InstanceId || *i.InstanceId == *before[1].InstanceId {
				t.Errorf("%s was not replaced", *i.InstanceId)
			}
		}
	})
}

func TestRefreshRollsBackOnAlarm(t *testing.T) {
	for name, at := range map[string]types.InstanceRefreshStatus{
		"while it replaces": types.InstanceRefreshStatusInProgress,
		"while it bakes":    types.InstanceRefreshStatusBaking,
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.serving(2, 5, 2)
				c.alarm(guard)
				since := time.Now()
				id := c.start("2")
				c.follow(id, at)
				c.breach(guard, 99, 1)
				_, percents := c.follow(id, types.InstanceRefreshStatusRollbackSuccessful)
				if percents[len(percents)-1] != 0 {
					t.Errorf("percentages %v, want them to go down to 0", percents)
				}
				c.wantReason(id, "CloudWatch alarm "+guard+" is in the ALARM state")
				c.wantVersions("1", "1", "1")
				c.wantNeverBelow(2, since)
				if d := c.described(id).RollbackDetails; d == nil || !strings.Contains(*d.RollbackReason, guard) {
					t.Errorf("rollback details %+v", d)
				}
			})
		})
	}
}

func TestRefreshUnderAnActiveAlarmRollsBackAtOnce(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		c.breach(guard, 99, 1)
		time.Sleep(time.Second)
		before := c.group().Instances
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusRollbackSuccessful)
		c.wantReason(id, guard)
		for i, instance := range c.group().Instances {
			if *instance.InstanceId != *before[i].InstanceId {
				t.Errorf("%s was replaced", *before[i].InstanceId)
			}
		}
		c.wantEvents("Started", "Rollback Started", "Rollback Succeeded")
	})
}

func TestRefreshFailsAfterAnHourWithoutProgress(t *testing.T) {
	for name, auto := range map[string]bool{"and stays where it is": false, "and goes back": true} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.serving(2, 5, 2)
				c.fabric.Do(func() { c.broken["2"] = true })
				began := time.Now()
				id := c.start("2", func(in *awsautoscaling.StartInstanceRefreshInput) {
					in.Preferences.AlarmSpecification, in.Preferences.AutoRollback = nil, &auto
				})
				want := types.InstanceRefreshStatusFailed
				if auto {
					want = types.InstanceRefreshStatusRollbackSuccessful
				}
				c.follow(id, want)
				if took := time.Since(began); took < time.Hour || took > 75*time.Minute {
					t.Errorf("it took %v", took)
				}
				c.wantReason(id, "no instance could be replaced within an hour")
				c.wantNeverBelow(2, began)
				time.Sleep(5 * time.Minute)
				c.wantVersions("1", "1", "1")
			})
		})
	}
}

func TestRollbackOnRequestWorksUntilTheBakeEnds(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusBaking)
		c.must(c.rollback())
		c.wantCode("ActiveInstanceRefreshNotFound", c.rollback())
		_, percents := c.follow(id, types.InstanceRefreshStatusRollbackSuccessful)
		if !slices.Equal(percents, []int32{100, 50, 0}) {
			t.Errorf("percentages %v", percents)
		}
		c.wantReason(id, "requested by the user")
		c.wantVersions("1", "1", "1")
		c.wantEvents("Started", "Started Baking", "Rollback Started", "Rollback Succeeded")
	})
}

func TestRefreshWithoutDesiredConfigurationReplacesAllAndCannotRollBack(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		before := c.group().Instances
		id := c.start("2", func(in *awsautoscaling.StartInstanceRefreshInput) { in.DesiredConfiguration, in.Preferences = nil, nil })
		c.wantCode("IrreversibleInstanceRefresh", c.rollback())
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		c.wantVersions("1", "1", "1")
		for _, i := range c.inService() {
			if *i.InstanceId == *before[0].InstanceId || *i.InstanceId == *before[1].InstanceId {
				t.Errorf("%s was not replaced", *i.InstanceId)
			}
		}
	})
}

func TestCancelledRefreshUndoesNothing(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		id := c.start("2")
		for *c.described(id).PercentageComplete < 50 || !c.launching() {
			time.Sleep(time.Second)
		}
		c.must(c.cancel())
		if got := c.described(id).Status; got != types.InstanceRefreshStatusCancelling {
			t.Errorf("status %s", got)
		}
		c.wantCode("InstanceRefreshInProgress", second(c.refresh("2")))
		c.wantCode("ResourceInUse", c.remove(true))
		c.follow(id, types.InstanceRefreshStatusCancelled)
		time.Sleep(2 * time.Minute)
		if got := len(c.group().Instances); got != 2 {
			t.Errorf("%d instances are left, want the desired 2", got)
		}
		if got := *c.group().LaunchTemplate.Version; got != "1" {
			t.Errorf("the group is on version %s", got)
		}
		c.wantEvents("Started", "Cancelled")
		c.must(c.remove(true))
	})
}

func (c *cloud) launching() bool {
	c.t.Helper()
	return slices.ContainsFunc(c.group().Instances, func(i types.Instance) bool { return i.LifecycleState == types.LifecycleStatePending })
}

func second[T any](_ T, err error) error { return err }

func TestScaleOutDuringARefreshLaunchesTheNewVersion(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusBaking)
		c.must(c.resize(nil, nil, aws.Int32(3)))
		c.wantVersions("1", "2", "2", "2")
	})
}

func TestStartRefreshRefusesBadInput(t *testing.T) {
	version := func(to string) func(*awsautoscaling.StartInstanceRefreshInput) {
		return func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.DesiredConfiguration.LaunchTemplate.Version = &to
		}
	}
	for name, change := range map[string]func(*awsautoscaling.StartInstanceRefreshInput){
		"to $Latest":  version("$Latest"),
		"to $Default": version("$Default"),
		"to no version": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.DesiredConfiguration.LaunchTemplate.Version = nil
		},
		"auto rollback to nothing": func(in *awsautoscaling.StartInstanceRefreshInput) { in.DesiredConfiguration = nil },
		"an alarm that does not exist": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Preferences.AlarmSpecification.Alarms = []string{"x"}
		},
		"percentages too far apart": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Preferences.MinHealthyPercentage = aws.Int32(40)
		},
		"a minimum above all": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Preferences.MinHealthyPercentage = aws.Int32(101)
		},
		"a bake of more than two days": func(in *awsautoscaling.StartInstanceRefreshInput) { in.Preferences.BakeTime = aws.Int32(172801) },
		"more alarms than ten": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Preferences.AlarmSpecification.Alarms = make([]string, 11)
		},
		"checkpoints": func(in *awsautoscaling.StartInstanceRefreshInput) { in.Preferences.CheckpointPercentages = []int32{50} },
		"another strategy than rolling": func(in *awsautoscaling.StartInstanceRefreshInput) {
			in.Strategy = types.RefreshStrategyReplaceRootVolume
		},
		"a group that does not exist": func(in *awsautoscaling.StartInstanceRefreshInput) { in.AutoScalingGroupName = aws.String("x") },
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.serving(2, 5, 2)
				c.alarm(guard)
				c.wantCode("ValidationError", second(c.refresh("2", change)))
			})
		})
	}
}

func TestAutoRollbackNeedsANumberedVersionOnTheGroup(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(2, 5, 2, func(in *awsautoscaling.CreateAutoScalingGroupInput) {
			in.LaunchTemplate.Version = aws.String("$Latest")
		})
		c.alarm(guard)
		c.wantCode("ValidationError", second(c.refresh("2")))
	})
}

func TestLaunchesThatFailDuringARefreshShowInItsReason(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		c.fabric.Do(func() {
			c.ec2.SetCapacity(zoneA, false)
			c.ec2.SetCapacity(zoneB, false)
		})
		since := time.Now()
		id := c.start("2")
		time.Sleep(10 * time.Minute)
		c.wantReason(id, "The scaling activities tell about launches that failed")
		c.wantVersions("1", "1", "1")
		c.fabric.Do(func() { c.ec2.SetCapacity(zoneB, true) })
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		c.wantNeverBelow(2, since)
	})
}

func TestRollbackWithoutLaunchesFailsAfterAnHour(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusBaking)
		c.fabric.Do(func() {
			c.ec2.SetCapacity(zoneA, false)
			c.ec2.SetCapacity(zoneB, false)
		})
		since := time.Now()
		c.must(c.rollback())
		c.follow(id, types.InstanceRefreshStatusRollbackFailed)
		c.wantReason(id, "no instance could be replaced within an hour")
		c.wantVersions("1", "2", "2")
		c.wantNeverBelow(2, since)
		c.wantEvents("Started", "Started Baking", "Rollback Started", "Rollback Failed")
	})
}

func TestLatestRefreshIsDescribedFirst(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.alarm(guard)
		for _, version := range []string{"2", "3"} {
			c.follow(c.start(version), types.InstanceRefreshStatusSuccessful)
		}
		out, err := c.api.DescribeInstanceRefreshes(context.Background(), &awsautoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: aws.String(fleet)})
		c.must(err)
		var versions []string
		for _, r := range out.InstanceRefreshes {
			versions = append(versions, *r.DesiredConfiguration.LaunchTemplate.Version)
		}
		if !slices.Equal(versions, []string{"3", "2"}) {
			t.Errorf("refreshes to %v", versions)
		}
	})
}
