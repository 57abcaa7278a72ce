package elb_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// wantMetric checks a metric's sum and average over all minutes. A count of 0 wants no data at all.
func (c cloud) wantMetric(name string, balancer types.LoadBalancer, group string, sum float64, count int) {
	c.Helper()
	gotSum, gotCount := 0.0, 0
	for _, point := range c.seriesOf(name, &balancer, group) {
		gotSum, gotCount = gotSum+point.Sum, gotCount+point.Count
	}
	if difference := gotSum - sum; gotCount != count || difference > 1e-6 || difference < -1e-6 {
		c.Errorf("%s of %q is %g in %d values, want %g in %d", name, group, gotSum, gotCount, sum, count)
	}
}

func TestEachTargetGroupHasMetricsOfItsOwn(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.launch("i-1", "us-east-1a").set(http.StatusOK, 100*time.Millisecond)
		c.launchInto(green, "i-2", "us-east-1b").set(http.StatusInternalServerError, 300*time.Millisecond)
		c.shift(balancer, forward(weighted(c.group, 3), weighted(green, 1)))
		for range 8 {
			c.get(balancer)
		}
		c.wait(time.Minute)
		c.wantMetric("RequestCount", balancer, c.group, 6, 6)
		c.wantMetric("RequestCount", balancer, green, 2, 2)
		c.wantMetric("RequestCount", balancer, "", 8, 8)
		c.wantMetric("HTTPCode_Target_5XX_Count", balancer, c.group, 0, 0)
		c.wantMetric("HTTPCode_Target_5XX_Count", balancer, green, 2, 2)
		c.wantMetric("TargetResponseTime", balancer, c.group, 0.6, 6)
		c.wantMetric("TargetResponseTime", balancer, green, 0.6, 2)
		c.wantMetric("HTTPCode_ELB_5XX_Count", balancer, "", 0, 0)
	})
}

func TestErrorsOfTheLoadBalancerAreItsOwn(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.launch("i-1", "us-east-1a").set(0, 0) // 502
		c.shift(balancer, forward(weighted(c.group, 1), weighted(green, 1)))
		for range 6 {
			c.get(balancer)
		}
		c.wantMetric("HTTPCode_ELB_5XX_Count", balancer, "", 6, 6)
		c.wantMetric("HTTPCode_ELB_5XX_Count", balancer, c.group, 0, 0)
		c.wantMetric("RequestCount", balancer, c.group, 3, 3) // a target was chosen
		c.wantMetric("RequestCount", balancer, green, 0, 0)
		c.wantMetric("HTTPCode_Target_5XX_Count", balancer, c.group, 0, 0)
		c.wantMetric("TargetResponseTime", balancer, c.group, 0, 0)
	})
}

func TestSimulatedTrafficGoesByTheWeights(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		old, fresh := c.launch("i-1", "us-east-1a"), c.launchInto(green, "i-2", "us-east-1b")
		fresh.errors = true
		c.rule(ruleOf(c.listener(balancer), 1, green, "secret"))
		c.shift(balancer, forward(weighted(c.group, 95), weighted(green, 5)))
		c.wait(time.Minute)
		c.fabric.Do(func() { c.service.SetTraffic(10) })
		c.wait(2 * time.Minute)
		c.fabric.Do(func() { c.service.SetTraffic(0) })
		if old.count() != 1140 || fresh.count() != 60 {
			c.Errorf("%d and %d requests", old.count(), fresh.count())
		}
		c.wantMetric("RequestCount", balancer, green, 60, 60)
		c.wantMetric("HTTPCode_Target_5XX_Count", balancer, green, 60, 60)
		c.wantMetric("HTTPCode_Target_5XX_Count", balancer, c.group, 0, 0)
		c.wantMetric("TargetResponseTime", balancer, c.group, 1140, 1140)
	})
}

func TestSimulatedTrafficWithoutTargetsIsRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		c.fabric.Do(func() { c.service.SetTraffic(2) })
		c.wait(time.Minute)
		c.fabric.Do(func() { c.service.SetTraffic(0) })
		c.wantMetric("HTTPCode_ELB_5XX_Count", balancer, "", 120, 120)
		c.wantMetric("RequestCount", balancer, c.group, 0, 0)
	})
}
