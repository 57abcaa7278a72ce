package autoscaling_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsautoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// scheduleAt puts a scheduled action; desired 0 gives none.
func (c *cloud) scheduleAt(name, recurrence, zone string, least, most, desired int32) error {
	in := &awsautoscaling.PutScheduledUpdateGroupActionInput{
		AutoScalingGroupName: aws.String(fleet), ScheduledActionName: &name, Recurrence: &recurrence, MinSize: &least, MaxSize: &most,
	}
	if zone != "" {
		in.TimeZone = &zone
	}
	if desired != 0 {
		in.DesiredCapacity = &desired
	}
	_, err := c.api.PutScheduledUpdateGroupAction(context.Background(), in)
	return err
}

func (c *cloud) scheduled() []types.ScheduledUpdateGroupAction {
	c.t.Helper()
	out, err := c.api.DescribeScheduledActions(context.Background(), &awsautoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(fleet)})
	c.must(err)
	return out.ScheduledUpdateGroupActions
}

func (c *cloud) unschedule(name string) error {
	_, err := c.api.DeleteScheduledAction(context.Background(), &awsautoscaling.DeleteScheduledActionInput{AutoScalingGroupName: aws.String(fleet), ScheduledActionName: &name})
	return err
}

// at sleeps until a time of January 2000, which begins on a Saturday at midnight, UTC.
func at(day, hour, minute int) {
	time.Sleep(time.Until(time.Date(2000, 1, day, hour, minute, 1, 0, time.UTC)))
}

func (c *cloud) wantSizes(least, most, desired int32) {
	c.t.Helper()
	if g := c.group(); *g.MinSize != least || *g.MaxSize != most || *g.DesiredCapacity != desired {
		c.t.Errorf("on %s the group has %d of %d to %d, want %d of %d to %d", time.Now().Format(time.DateTime), *g.DesiredCapacity, *g.MinSize, *g.MaxSize, desired, least, most)
	}
}

func TestScheduledActionsSetTheSizesAgainAndAgain(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.must(c.scheduleAt("evening", "0 18 * * 2", "Europe/Zurich", 6, 8, 7))
		c.must(c.scheduleAt("night", "0 21 * * 2", "Europe/Zurich", 2, 5, 0))
		for week := range 2 {
			at(4+7*week, 16, 59)
			c.wantSizes(2, 5, int32(2+3*week)) // nothing is idle here, so that the load shrinks nothing
			at(4+7*week, 17, 0)
			c.wantSizes(6, 8, 7)
			at(4+7*week, 20, 0)
			c.wantSizes(2, 5, 5)
		}
		if next := c.scheduled()[0]; *next.ScheduledActionName != "evening" || next.StartTime.Format(time.DateTime) != "2000-01-18 17:00:00" {
			t.Errorf("the next action is %+v", next)
		}
	})
}

func TestScheduledActionsAreUpdatedDeletedAndGoWithTheirGroup(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.must(c.scheduleAt("evening", "0 18 * * *", "", 6, 8, 0))
		c.must(c.scheduleAt("evening", "0 18 * * *", "", 3, 8, 0))
		at(1, 18, 0)
		c.wantSizes(3, 8, 3)
		c.must(c.unschedule("evening"))
		c.wantCode("ValidationError", c.unschedule("evening"))
		c.must(c.scheduleAt("evening", "0 18 * * *", "", 4, 8, 0))
		c.must(c.remove(true))
		at(2, 17, 0)
		c.create(2, 5, 2)
		at(2, 18, 0)
		c.wantSizes(2, 5, 2)
		if left := c.scheduled(); len(left) > 0 {
			t.Errorf("left: %+v", left)
		}
	})
}

func TestScheduledActionKeepsItsNextTimeWhenItIsUpdated(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.must(c.scheduleAt("evening", "0 18 * * *", "", 3, 8, 0))
		c.must(c.scheduleAt("evening", "0 20 * * *", "", 4, 8, 0))
		at(1, 18, 0)
		c.wantSizes(4, 8, 4)
		if next := c.scheduled()[0].StartTime.Format(time.DateTime); next != "2000-01-01 20:00:00" {
			t.Errorf("it is due at %s", next)
		}
	})
}

func TestBadScheduledActionsAreRefused(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.wantCode("ValidationError", c.scheduleAt("evening", "0 18 * * *", "", 6, 8, 0)) // there is no group
		c.create(2, 5, 2)
		c.must(c.scheduleAt("evening", "0 18 * * *", "", 6, 8, 0))
		c.wantCode("AlreadyExists", c.scheduleAt("lecture", "0 18 * * 6", "Etc/UTC", 6, 8, 0))
		for _, recurrence := range []string{"", "0 18 * *", "cron(0 18 * * ? *)", "60 18 * * *", "0 18 ? * *", "@daily", "0 0 30 2 *"} {
			c.wantCode("ValidationError", c.scheduleAt("other", recurrence, "", 6, 8, 0))
		}
		c.wantCode("ValidationError", c.scheduleAt("other", "0 19 * * *", "Mars/Olympus", 6, 8, 0))
		for i := range 124 {
			c.must(c.scheduleAt(fmt.Sprint("one-", i), fmt.Sprintf("%d %d * * *", i%60, i/60), "", 6, 8, 0))
		}
		c.wantCode("LimitExceeded", c.scheduleAt("too-many", "30 19 * * *", "", 6, 8, 0))
	})
}
