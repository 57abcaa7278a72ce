package autoscaling_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsautoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

const (
	high = "photogallery-main-requests-high"
	idle = "photogallery-main-idle"
)

func (c *cloud) policy(name string, steps ...types.StepAdjustment) (arn string, err error) {
	out, err := c.api.PutScalingPolicy(context.Background(), &awsautoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: aws.String(fleet), PolicyName: &name, PolicyType: aws.String("StepScaling"),
		AdjustmentType: aws.String("ChangeInCapacity"), StepAdjustments: steps,
		EstimatedInstanceWarmup: aws.Int32(int32(warmup.Seconds())),
	})
	if err != nil {
		return "", err
	}
	return *out.PolicyARN, nil
}

func from(lower float64, change int32) types.StepAdjustment {
	return types.StepAdjustment{MetricIntervalLowerBound: &lower, ScalingAdjustment: &change}
}

func between(lower, upper float64, change int32) types.StepAdjustment {
	s := from(lower, change)
	s.MetricIntervalUpperBound = &upper
	return s
}

// scaling puts the policies and the alarms that drive them, as a release does.
func (c *cloud) scaling() {
	c.t.Helper()
	out, err := c.policy("scale-out", between(0, 30, 1), from(30, 2))
	c.must(err)
	in, err := c.policy("scale-in", from(0, -1))
	c.must(err)
	c.alarm(high, out)
	c.alarm(idle, in)
}

func TestGroupGrowsDuringAnAlarmAndShrinksWhenIdle(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.scaling()
		since := time.Now()
		c.breach(high, 60, 1)
		time.Sleep(time.Second)
		c.wantDesired(3)
		want := "a monitor alarm photogallery-main-requests-high in state ALARM triggered policy scale-out changing the desired capacity from 2 to 3.  At "
		if cause := *c.activities()[0].Cause; !strings.HasPrefix(cause, "At ") || !strings.Contains(cause, want) {
			t.Errorf("cause %q", cause)
		}
		c.breach(high, 60, 1)
		c.wantDesired(3) // the new one warms up, and the same breach does not count twice
		c.breach(high, 60, 10)
		c.wantDesired(5)
		c.breach(high, 60, 5)
		c.wantDesired(5)
		c.wantZones(3, 2)
		c.breach(idle, 60, 20)
		c.wantDesired(2)
		c.wantZones(1, 1)
		c.wantNeverBelow(2, since)
	})
}

func TestSteepBreachAddsTwo(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.scaling()
		c.breach(high, 80, 1)
		time.Sleep(time.Second)
		c.wantDesired(4)
	})
}

func TestGroupDoesNotShrinkWhileItGrows(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 3)
		c.scaling()
		c.breach(high, 60, 1)
		c.breach(idle, 60, 1)
		time.Sleep(time.Second)
		c.wantDesired(4)
		c.breach(idle, 60, 4)
		time.Sleep(time.Second)
		if got := *c.group().DesiredCapacity; got >= 4 {
			t.Errorf("desired capacity %d, want it to shrink once the new instance has warmed up", got)
		}
	})
}

func TestPolicyKeepsItsARN(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		before, err := c.policy("scale-out", from(0, 1))
		c.must(err)
		after, err := c.policy("scale-out", from(0, 2))
		c.must(err)
		if before != after || !strings.Contains(before, ":autoScalingGroupName/photogallery-main:policyName/scale-out") {
			t.Errorf("ARN %s, then %s", before, after)
		}
		c.alarm(high, after)
		c.breach(high, 60, 1)
		time.Sleep(time.Second)
		c.wantDesired(4)
	})
}

func TestPutPolicyRefusesBadInput(t *testing.T) {
	inCloud(t, func(c *cloud) {
		_, err := c.policy("scale-out", from(0, 1))
		c.wantCode("ValidationError", err) // there is no group
		c.create(2, 5, 2)
		for _, steps := range [][]types.StepAdjustment{nil, {between(0, 30, 1), from(20, 2)}, {between(30, 0, 1)}, {{ScalingAdjustment: aws.Int32(1)}, from(0, 1)}} {
			_, err := c.policy("scale-out", steps...)
			c.wantCode("ValidationError", err)
		}
		_, err = c.api.PutScalingPolicy(context.Background(), &awsautoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String(fleet), PolicyName: aws.String("p"), PolicyType: aws.String("TargetTrackingScaling"),
		})
		c.wantCode("ValidationError", err)
	})
}

func TestPoliciesOfADeletedGroupDoNothing(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serving(2, 5, 2)
		c.scaling()
		c.must(c.remove(true))
		time.Sleep(time.Minute)
		c.create(2, 5, 2)
		time.Sleep(5 * time.Minute)
		c.breach(high, 60, 2)
		c.wantDesired(2)
	})
}
