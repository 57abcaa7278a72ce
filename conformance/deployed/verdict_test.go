//go:build conformance

package deployed

import (
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"photogallery/conformance/emulator"
	"photogallery/internal/execution"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// rejectedVersion has moto's CloudWatch count what visitors of both fleets would be answered. The deployed
// function asks for it, and judges.
func (c *cloud) rejectedVersion() {
	c.count(c.serving(), 100, 0)
	c.count(c.serving().Other(), 100, 20)
	c.run("release", "worse", `{"version": "worse", "traffic": [50, 100], "hold": "20h"}`).
		ends("FailedClean", "TrafficRejected", "worse is rejected with 50 % of the traffic", "20.0 %")
	c.serves("beside")
	c.count(c.serving().Other(), 10_000, 0) // moto forgets nothing, and the next version in that slot is not worse
}

// rolledBack sends the verdict as `gallery rollback` does.
func (c *cloud) rolledBack() {
	running := c.start("release", "back", `{"bakeTime": "24h"}`)
	c.eventually("the bake", func() bool { return slices.Contains(c.path(running), "AwaitVerdict") })
	decision := execution.Decision{Machine: machineARN(environment.ReleaseMachine()), Answer: release.Rollback, By: "ann"}
	if decided, err := decision.Decide(c.Context(), c.SFN, eventbridge.NewFromConfig(c.server.Config())); err != nil || decided != running {
		c.Fatal(decided, err)
	}
	c.await(running).ends("FailedClean", "RolledBack", "ann rolled release back back while it had 100 % of the traffic")
	c.serves("beside")
}

// serving returns the slot that the record names.
func (c *cloud) serving() release.Slot {
	c.Helper()
	recorded, err := records.ReadCurrent(c.Context(), c.DynamoDB, c.variable("WatchTraffic", "TABLE"))
	if err != nil {
		c.Fatal(err)
	}
	return recorded.Serves()
}

// count adds to the answers that the load balancer has counted of a slot in each minute.
func (c *cloud) count(slot release.Slot, requests, errors float64) {
	c.Helper()
	targets := map[release.Slot]string{release.Blue: "TARGET_GROUP", release.Green: "GREEN_TARGET_GROUP"}
	out, err := c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}})
	if err == nil {
		err = emulator.Count(c.Context(), c.CloudWatch, *out.LoadBalancers[0].LoadBalancerArn, c.variable("WatchTraffic", targets[slot]), requests, errors)
	}
	if err != nil {
		c.Fatal(err)
	}
}
