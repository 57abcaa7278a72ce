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
	awscloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/machine"
)

// watch puts an alarm on a metric of the load balancer.
func (c *cloud) watch(name, metric string, statistic cloudwatchtypes.Statistic, operator cloudwatchtypes.ComparisonOperator, threshold float64, periods int32, actions ...string) {
	c.t.Helper()
	api := awscloudwatch.NewFromConfig(c.fabric.Config())
	_, err := api.PutMetricAlarm(context.Background(), &awscloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("AWS/ApplicationELB"), MetricName: &metric, AlarmActions: actions,
		Dimensions: []cloudwatchtypes.Dimension{
			{Name: aws.String("TargetGroup"), Value: aws.String(c.attached[strings.LastIndex(c.attached, ":")+1:])},
			{Name: aws.String("LoadBalancer"), Value: &c.dimension},
		},
		Statistic: statistic, Period: aws.Int32(60), EvaluationPeriods: &periods,
		ComparisonOperator: operator, Threshold: &threshold, TreatMissingData: aws.String("notBreaching"),
	})
	c.must(err)
}

func (c *cloud) traffic(perSecond float64, while time.Duration) {
	c.fabric.Do(func() { c.balancer.SetTraffic(perSecond) })
	time.Sleep(while)
}

func TestTrafficMakesTheGroupGrowAndShrink(t *testing.T) {
	inBalancedCloud(t, nil, func(c *cloud) {
		c.serving(2, 5, 2)
		out, err := c.policy("scale-out", between(0, 300, 1), from(300, 2))
		c.must(err)
		in, err := c.policy("scale-in", types.StepAdjustment{MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-1)})
		c.must(err)
		c.watch(high, "RequestCountPerTarget", cloudwatchtypes.StatisticSum, cloudwatchtypes.ComparisonOperatorGreaterThanThreshold, 200, 2, out)
		c.watch(idle, "RequestCountPerTarget", cloudwatchtypes.StatisticSum, cloudwatchtypes.ComparisonOperatorLessThanThreshold, 100, 5, in)
		since := time.Now()
		c.traffic(10, 30*time.Minute) // 600 a minute: 200 for each of three, 150 for each of four
		c.wantDesired(3)
		c.traffic(30, 30*time.Minute)
		c.wantDesired(5)
		c.wantZones(3, 2)
		c.traffic(1, 40*time.Minute)
		c.wantDesired(2)
		c.wantZones(1, 1)
		c.wantNeverBelow(2, since)
		if most := slices.MaxFunc(c.capacities(), func(a, b int) int { return a - b }); most != 5 {
			t.Errorf("%d instances served at the most, want 5", most)
		}
	})
}

func (c *cloud) capacities() []int {
	var serving []int
	c.fabric.Do(func() {
		for _, record := range c.service.Capacities(fleet) {
			serving = append(serving, record.Serving)
		}
	})
	return serving
}

func TestUnhealthyHostsAlarmRollsBackAVersionThatNeverAnswers(t *testing.T) {
	inBalancedCloud(t, map[string]machine.Behavior{"2": {NeverHealthy: true}}, func(c *cloud) {
		// Shorter, an ill instance is replaced before the alarm has seen it for three whole minutes.
		c.serving(2, 5, 2, func(in *awsautoscaling.CreateAutoScalingGroupInput) { in.HealthCheckGracePeriod = aws.Int32(300) })
		c.watch(guard, "UnHealthyHostCount", cloudwatchtypes.StatisticMinimum, cloudwatchtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, 1, 3)
		time.Sleep(2 * time.Minute)
		since := time.Now()
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusRollbackSuccessful)
		c.wantReason(id, guard)
		time.Sleep(2 * time.Minute)
		c.wantVersions("1", "1", "1")
		c.wantNeverBelow(2, since)
	})
}

func TestRefreshKeepsTargetsHealthy(t *testing.T) {
	inBalancedCloud(t, nil, func(c *cloud) {
		c.serving(2, 5, 2)
		c.watch(guard, "UnHealthyHostCount", cloudwatchtypes.StatisticMinimum, cloudwatchtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, 1, 3)
		since := time.Now()
		id := c.start("2")
		c.follow(id, types.InstanceRefreshStatusSuccessful)
		c.wantVersions("2", "2", "2")
		c.wantNeverBelow(2, since)
		time.Sleep(time.Minute)
		c.fabric.Do(func() {
			targets := c.balancer.Targets(c.attached)
			if len(targets) != 2 || targets[0].State != "healthy" || targets[1].State != "healthy" {
				t.Errorf("targets %+v", targets)
			}
		})
	})
}

func TestUnhealthyTargetIsReplaced(t *testing.T) {
	inBalancedCloud(t, map[string]machine.Behavior{"1": {UnhealthyAfter: 20 * time.Minute}}, func(c *cloud) {
		c.serving(2, 5, 2)
		first := c.inService()
		time.Sleep(25 * time.Minute)
		if a := c.activity("Terminating EC2 instance: i-"); !strings.Contains(*a.Cause, "ELB system health check failure") {
			t.Errorf("cause %q", *a.Cause)
		}
		for _, i := range c.inService() {
			if *i.InstanceId == *first[0].InstanceId || *i.InstanceId == *first[1].InstanceId {
				t.Errorf("%s is still in service", *i.InstanceId)
			}
		}
	})
}
