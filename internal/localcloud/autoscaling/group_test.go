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

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/ec2"
)

func (c *cloud) remove(force bool) error {
	_, err := c.api.DeleteAutoScalingGroup(context.Background(), &awsautoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(fleet), ForceDelete: &force,
	})
	return err
}

func (c *cloud) resize(least, most, desired *int32) error {
	_, err := c.api.UpdateAutoScalingGroup(context.Background(), &awsautoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(fleet), MinSize: least, MaxSize: most, DesiredCapacity: desired,
	})
	return err
}

// activity returns the latest one with the text in its description.
func (c *cloud) activity(description string) types.Activity {
	c.t.Helper()
	for _, a := range c.activities() {
		if strings.Contains(*a.Description, description) {
			return a
		}
	}
	c.t.Fatalf("no activity tells of %q", description)
	return types.Activity{}
}

func TestNewGroupFillsItsZonesEvenly(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(2, 5, 3)
		pending := c.group().Instances
		if len(pending) != 3 || pending[0].LifecycleState != types.LifecycleStatePending {
			t.Errorf("right after the creation: %+v", pending)
		}
		c.wantZones(2, 1)
		time.Sleep(time.Minute)
		if got := c.inService(); len(got) != 3 {
			t.Errorf("%d instances in service, want 3", len(got))
		}
		c.fabric.Do(func() {
			for _, i := range c.ec2.Instances() {
				if i.Tags["photogallery:environment"] != "main" || i.Tags["aws:autoscaling:groupName"] != fleet || i.Tags["cost"] != "" {
					t.Errorf("instance tags are %v", i.Tags)
				}
				if c.targets.Health(targetGroup, i.ID) != "healthy" {
					t.Errorf("%s is %s in the target group", i.ID, c.targets.Health(targetGroup, i.ID))
				}
			}
		})
		first := c.activities()[2]
		cause := aws.ToString(first.Cause)
		if !strings.Contains(cause, "a user request created an AutoScalingGroup changing the desired capacity from 0 to 3.  At ") ||
			!strings.HasSuffix(cause, "an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 3.") {
			t.Errorf("cause %q", cause)
		}
		if first.StatusCode != types.ScalingActivityStatusCodeSuccessful || first.EndTime == nil {
			t.Errorf("activity %+v", first)
		}
	})
}

func TestCreateRefusesBadInput(t *testing.T) {
	for name, change := range map[string]func(*awsautoscaling.CreateAutoScalingGroupInput){
		"minimum above maximum": func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.MinSize = aws.Int32(9) },
		"desired above maximum": func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.DesiredCapacity = aws.Int32(9) },
		"desired below minimum": func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.DesiredCapacity = aws.Int32(1) },
		"unknown subnet":        func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = aws.String("subnet-x") },
		"no subnet":             func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.VPCZoneIdentifier = nil },
		"no launch template":    func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.LaunchTemplate = nil },
		"unknown health check":  func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.HealthCheckType = aws.String("VPC_LATTICE") },
		"launch template by name": func(in *awsautoscaling.CreateAutoScalingGroupInput) {
			in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String(fleet)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.wantCode("ValidationError", c.tryCreate(2, 5, 2, change))
				if c.group() != nil {
					t.Error("there is a group")
				}
			})
		})
	}
}

func TestGroupNameIsTakenUntilItsLastInstanceIsGone(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.wantCode("AlreadyExists", c.tryCreate(2, 5, 2))
		c.wantCode("ResourceInUse", c.remove(false))
		c.must(c.remove(true))
		if got := aws.ToString(c.group().Status); got != "Delete in progress" {
			t.Errorf("status %q", got)
		}
		c.wantCode("AlreadyExists", c.tryCreate(2, 5, 2))
		c.wantCode("ValidationError", c.resize(nil, nil, aws.Int32(3)))
		c.must(c.remove(true))
		time.Sleep(time.Minute)
		if c.group() != nil {
			t.Error("the group is still there")
		}
		c.wantCode("ValidationError", c.remove(true))
		c.fabric.Do(func() {
			for _, i := range c.ec2.Instances() {
				if i.State != ec2.Terminated {
					t.Errorf("%s is %s", i.ID, i.State)
				}
			}
		})
		c.create(2, 5, 2)
	})
}

func TestEmptyGroupIsDeletedAtOnce(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(0, 5, 2)
		c.wantCode("ResourceInUse", c.remove(false))
		time.Sleep(time.Minute)
		c.must(c.resize(nil, nil, aws.Int32(0)))
		time.Sleep(time.Minute)
		c.must(c.remove(false))
		if c.group() != nil {
			t.Error("the empty group is still there")
		}
	})
}

func TestUpdateKeepsTheDesiredCapacityWithinBounds(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.must(c.resize(aws.Int32(3), nil, nil))
		c.wantDesired(3)
		time.Sleep(time.Minute)
		if cause := aws.ToString(c.activities()[0].Cause); !strings.Contains(cause, "a user request update of AutoScalingGroup constraints to min: 3, max: 5, desired: 3 changing the desired capacity from 2 to 3.") {
			t.Errorf("cause %q", cause)
		}
		c.must(c.resize(aws.Int32(1), aws.Int32(2), nil))
		c.wantDesired(2)
		c.wantCode("ValidationError", c.resize(nil, nil, aws.Int32(3)))
		c.wantCode("ValidationError", c.resize(aws.Int32(4), nil, nil))
		time.Sleep(time.Minute)
		c.wantZones(1, 1)
		if a := c.activity("Terminating EC2 instance: i-"); !strings.Contains(*a.Cause, "shrinking the capacity from 3 to 2.  At ") || !strings.HasSuffix(*a.Cause, "was selected for termination.") {
			t.Errorf("cause %q", *a.Cause)
		}
	})
}

func TestInstanceIsDrainedBeforeTermination(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(1, 5, 2)
		c.must(c.resize(nil, nil, aws.Int32(1)))
		leaving := c.activities()[0]
		if leaving.StatusCode != types.ScalingActivityStatusCodeWaitingForELBConnectionDraining {
			t.Errorf("the activity is %s", leaving.StatusCode)
		}
		id := strings.TrimPrefix(*leaving.Description, "Terminating EC2 instance: ")
		c.fabric.Do(func() {
			if i, _ := c.ec2.Instance(id); i.State != ec2.Running || c.targets.Health(targetGroup, id) != "draining" {
				t.Errorf("%s is %s and %s", id, i.State, c.targets.Health(targetGroup, id))
			}
		})
		time.Sleep(time.Minute)
		if got := c.group().Instances; len(got) != 1 || *got[0].InstanceId == id {
			t.Errorf("left: %+v", got)
		}
		if a := c.activities()[0]; a.StatusCode != types.ScalingActivityStatusCodeSuccessful {
			t.Errorf("the activity is %s", a.StatusCode)
		}
	})
}

func TestZoneWithoutCapacityIsSkippedAndTriedAgain(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Do(func() { c.ec2.SetCapacity(zoneA, false) })
		c.create(2, 5, 2)
		time.Sleep(2 * time.Minute)
		c.wantZones(0, 2)
		failed := c.activities()
		failed = slices.DeleteFunc(failed, func(a types.Activity) bool { return a.StatusCode != types.ScalingActivityStatusCodeFailed })
		if len(failed) == 0 || !strings.HasPrefix(aws.ToString(failed[0].StatusMessage), "We currently do not have sufficient t4g.small capacity in the Availability Zone you requested (us-east-1a).") {
			t.Fatalf("failed activities: %+v", failed)
		}
		c.fabric.Do(func() { c.ec2.SetCapacity(zoneA, true) })
		time.Sleep(15 * time.Minute)
		c.must(c.resize(nil, nil, aws.Int32(3)))
		c.wantZones(1, 2)
	})
}

func TestGroupWithoutCapacityKeepsTrying(t *testing.T) {
	inCloud(t, func(c *cloud) {
		for _, zone := range []string{zoneA, zoneB} {
			c.fabric.Do(func() { c.ec2.SetCapacity(zone, false) })
		}
		c.create(2, 5, 2)
		time.Sleep(10 * time.Minute)
		if tries := len(c.activities()); tries < 6 || tries > 12 {
			t.Errorf("%d failed launches in ten minutes, want some that come ever slower", tries)
		}
		c.fabric.Do(func() { c.ec2.SetCapacity(zoneB, true) })
		time.Sleep(6 * time.Minute)
		c.wantZones(0, 2)
	})
}

func TestDeadInstanceIsReplacedAtOnce(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		dead := *c.inService()[0].InstanceId
		c.fabric.Do(func() { c.ec2.Kill(dead) })
		c.wantZones(1, 1)
		if a := c.activity("Terminating EC2 instance: " + dead); !strings.Contains(*a.Cause, "in response to an EC2 health check that indicated it had been terminated or stopped.") {
			t.Errorf("cause %q", *a.Cause)
		}
		if a := c.activities()[0]; !strings.Contains(*a.Cause, "in response to an unhealthy instance needing to be replaced.") {
			t.Errorf("cause %q", *a.Cause)
		}
		time.Sleep(2 * time.Minute)
		if got := c.inService(); len(got) != 2 || *got[0].InstanceId == dead {
			t.Errorf("in service: %+v", got)
		}
		c.fabric.Do(func() {
			if i, _ := c.ec2.Instance(dead); i.State != ec2.Terminated {
				t.Errorf("%s is %s", dead, i.State)
			}
		})
	})
}

func TestUnhealthyInstanceIsReplacedAfterItsGracePeriod(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(1, 5, 1)
		sick := *c.group().Instances[0].InstanceId
		c.fabric.Do(func() { c.broken[sick] = true })
		time.Sleep(warmup)
		if got := c.group().Instances; len(got) != 1 || *got[0].InstanceId != sick {
			t.Errorf("within the grace period: %+v", got)
		}
		time.Sleep(time.Minute)
		if a := c.activity("Terminating EC2 instance: " + sick); !strings.Contains(*a.Cause, "in response to an ELB system health check failure.") {
			t.Errorf("cause %q", *a.Cause)
		}
		time.Sleep(2 * time.Minute)
		if got := c.inService(); len(got) != 1 || *got[0].InstanceId == sick || *got[0].HealthStatus != "Healthy" {
			t.Errorf("in service: %+v", got)
		}
	})
}

func TestBrokenHealthCheckKeepsPartOfTheGroup(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(4, 5, 4)
		c.fabric.Do(func() { c.broken["1"] = true })
		time.Sleep(time.Minute)
		if got := c.inService(); len(got) != 4 {
			t.Errorf("%d of 4 in service, want one replaced and three left alone", len(got))
		}
		leaving := slices.DeleteFunc(c.activities(), func(a types.Activity) bool { return !strings.HasPrefix(*a.Description, "Terminating") })
		if len(leaving) != 1 {
			t.Errorf("%d instances were taken out in a minute, want 1", len(leaving))
		}
	})
}

func TestTerminatedInstanceIsReplaced(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		terminate := func(id string, shrink bool) (*types.Activity, error) {
			out, err := c.api.TerminateInstanceInAutoScalingGroup(context.Background(), &awsautoscaling.TerminateInstanceInAutoScalingGroupInput{
				InstanceId: &id, ShouldDecrementDesiredCapacity: &shrink,
			})
			if err != nil {
				return nil, err
			}
			return out.Activity, nil
		}
		id := *c.inService()[0].InstanceId
		_, err := terminate("i-unknown", false)
		c.wantCode("ValidationError", err)
		_, err = terminate(id, true)
		c.wantCode("ValidationError", err)
		activity, err := terminate(id, false)
		c.must(err)
		if !strings.HasSuffix(*activity.Cause, "instance "+id+" was taken out of service in response to a user request.") {
			t.Errorf("cause %q", *activity.Cause)
		}
		_, err = terminate(id, false)
		c.wantCode("ScalingActivityInProgress", err)
		c.wantDesired(2)
		time.Sleep(2 * time.Minute)
		if got := c.inService(); len(got) != 2 || *got[0].InstanceId == id {
			t.Errorf("in service: %+v", got)
		}
	})
}

func TestGroupCPUIsRecordedEachMinute(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(2, 5, 2)
		began := time.Now()
		metric := cloudwatch.Metric{Namespace: "AWS/EC2", Name: "CPUUtilization", Dimensions: map[string]string{"AutoScalingGroupName": fleet}}
		time.Sleep(10*time.Minute + 30*time.Second)
		c.fabric.Do(func() {
			points := c.alarms.Series(metric, began)
			if len(points) != 8 {
				t.Errorf("%d points in ten minutes, want none for the two of the warm-up: %+v", len(points), points)
			}
			for _, p := range points {
				if p.Average() <= 0 || p.Average() > 100 {
					t.Errorf("%v %% at %v", p.Average(), p.At)
				}
			}
		})
	})
}

func TestInstanceThatDiesBeforeServiceIsReplaced(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.create(1, 5, 1)
		dead := *c.group().Instances[0].InstanceId
		c.fabric.Do(func() { c.ec2.Terminate(dead) })
		a := c.activity("Launching a new EC2 instance: " + dead)
		if a.StatusCode != types.ScalingActivityStatusCodeFailed || !strings.HasPrefix(aws.ToString(a.StatusMessage), "Instance became unhealthy while waiting") {
			t.Errorf("the launch is %s: %s", a.StatusCode, aws.ToString(a.StatusMessage))
		}
		time.Sleep(time.Minute)
		if got := c.inService(); len(got) != 1 || *got[0].InstanceId == dead {
			t.Errorf("in service: %+v", got)
		}
	})
}

func TestUnknownGroupIsAValidationErrorExceptInLists(t *testing.T) {
	inCloud(t, func(c *cloud) {
		if c.group() != nil {
			t.Error("there is a group")
		}
		c.wantCode("ValidationError", c.rollback())
		c.wantCode("ValidationError", c.cancel())
		c.wantCode("ValidationError", c.resize(nil, nil, aws.Int32(3)))
		_, err := c.api.DescribeScalingActivities(context.Background(), &awsautoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(fleet)})
		c.wantCode("ValidationError", err)
		_, err = c.api.DescribeInstanceRefreshes(context.Background(), &awsautoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: aws.String(fleet)})
		c.wantCode("ValidationError", err)
	})
}

func TestNextInstanceUsesTheUpdatedLaunchTemplate(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(1, 3, 1)
		_, err := c.api.UpdateAutoScalingGroup(context.Background(), &awsautoscaling.UpdateAutoScalingGroupInput{
			AutoScalingGroupName: aws.String(fleet), DesiredCapacity: aws.Int32(2),
			LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &c.template, Version: aws.String("2")},
		})
		c.must(err)
		time.Sleep(time.Minute)
		c.wantVersions("2", "1", "2")
	})
}
