package elb_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func weighted(group string, weight int32) types.TargetGroupTuple {
	return types.TargetGroupTuple{TargetGroupArn: aws.String(group), Weight: aws.Int32(weight)}
}

func forward(groups ...types.TargetGroupTuple) types.Action {
	return types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: groups}}
}

// listener gives the load balancer's only listener.
func (c cloud) listener(balancer types.LoadBalancer) types.Listener {
	c.Helper()
	listed, err := c.client.DescribeListeners(c.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
	if err != nil || len(listed.Listeners) != 1 {
		c.Fatalf("%v, listeners: %+v", err, listed)
	}
	return listed.Listeners[0]
}

func (c cloud) shift(balancer types.LoadBalancer, to types.Action) {
	c.Helper()
	in := &elbv2.ModifyListenerInput{ListenerArn: c.listener(balancer).ListenerArn, DefaultActions: []types.Action{to}}
	if _, err := c.client.ModifyListener(c.Context(), in); err != nil {
		c.Fatal(err)
	}
}

func TestRequestsGoByTheWeights(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		old, fresh := c.launch("i-1", "us-east-1a"), c.launchInto(green, "i-2", "us-east-1b")
		for _, test := range []struct{ blue, green, requests, want int }{
			{95, 5, 20, 1}, {95, 5, 40, 2}, {50, 50, 7, 4}, {1, 2, 9, 6}, {999, 999, 10, 5}, {0, 1, 5, 5}, {100, 0, 50, 0},
		} {
			c.shift(balancer, forward(weighted(c.group, int32(test.blue)), weighted(green, int32(test.green))))
			before, others := fresh.count(), old.count()
			for range test.requests {
				if status := c.get(balancer); status != http.StatusOK {
					c.Errorf("with %d and %d: %d", test.blue, test.green, status)
				}
			}
			if got, rest := fresh.count()-before, old.count()-others; got != test.want || rest != test.requests-test.want {
				c.Errorf("with %d and %d, %d of %d requests reach green and %d blue, want %d", test.blue, test.green, got, test.requests, rest, test.want)
			}
		}
	})
}

func TestSmallShareIsSpreadEvenly(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.launch("i-1", "us-east-1a")
		fresh := c.launchInto(green, "i-2", "us-east-1b")
		c.shift(balancer, forward(weighted(c.group, 95), weighted(green, 5)))
		for round := range 5 {
			for range 20 {
				c.get(balancer)
			}
			if got := fresh.count(); got != round+1 {
				c.Errorf("%d of %d requests have reached green", got, 20*(round+1))
			}
		}
	})
}

func TestTargetGroupWithoutWeightIsCheckedAllTheSame(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.launch("i-1", "us-east-1a")
		c.launchInto(green, "i-2", "us-east-1b")
		state := func() types.TargetHealth { return c.healthOf(green)["i-2"] }
		c.wait(time.Minute)
		if state().Reason != types.TargetHealthReasonEnumNotInUse {
			c.Errorf("before it is used it is %+v", state())
		}
		c.shift(balancer, forward(weighted(c.group, 1), weighted(green, 0)))
		if state().State != types.TargetHealthStateEnumInitial {
			c.Errorf("at first it is %+v", state())
		}
		c.wait(15 * time.Second)
		if state().State != types.TargetHealthStateEnumHealthy {
			c.Errorf("after a check it is %+v", state())
		}
		c.shift(balancer, forward(weighted(c.group, 1)))
		if state().Reason != types.TargetHealthReasonEnumNotInUse {
			c.Errorf("after it was used it is %+v", state())
		}
		c.shift(balancer, forward(weighted(c.group, 1), weighted(green, 0)))
		if state().State != types.TargetHealthStateEnumInitial {
			c.Errorf("when it is used again it is %+v", state())
		}
		c.wantHealth("i-1", "healthy", "")
	})
}

func TestOtherGroupDoesNotStandInForAnEmptyOne(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.launch("i-1", "us-east-1a")
		c.shift(balancer, forward(weighted(c.group, 1), weighted(green, 1)))
		statuses := map[int]int{}
		for range 10 {
			statuses[c.get(balancer)]++
		}
		if statuses[http.StatusOK] != 5 || statuses[http.StatusServiceUnavailable] != 5 {
			c.Errorf("got %v", statuses)
		}
	})
}

func TestListenerDescribesItsGroupsAndWeights(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.create(), c.second()
		made := c.listen(balancer)
		only := made.DefaultActions[0]
		if *only.TargetGroupArn != c.group || *only.ForwardConfig.TargetGroups[0].Weight != 1 || *only.ForwardConfig.TargetGroupStickinessConfig.Enabled {
			c.Errorf("with one group: %+v", only)
		}
		again := forwardTo(balancer, c.group)
		again.DefaultActions = []types.Action{forward(types.TargetGroupTuple{TargetGroupArn: aws.String(c.group)})}
		if out, err := c.client.CreateListener(c.Context(), again); err != nil || *out.Listeners[0].ListenerArn != *made.ListenerArn {
			c.Errorf("the same group in ForwardConfig: %v", err)
		}
		c.shift(balancer, forward(weighted(c.group, 95), weighted(green, 5)))
		both := c.listener(balancer).DefaultActions[0]
		groups := both.ForwardConfig.TargetGroups
		if both.TargetGroupArn != nil || len(groups) != 2 || *groups[0].TargetGroupArn != c.group || *groups[0].Weight != 95 || *groups[1].TargetGroupArn != green || *groups[1].Weight != 5 {
			c.Errorf("with two groups: %+v", both)
		}
	})
}

func TestForwardActionsThatAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		twice, foreign := forward(weighted(c.group, 1), weighted(green, 1)), forward(weighted(green, 1))
		twice.TargetGroupArn, foreign.TargetGroupArn = &c.group, &c.group
		sticky := forward(weighted(c.group, 1))
		sticky.ForwardConfig.TargetGroupStickinessConfig = &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)}
		listener := c.listener(balancer)
		for name, test := range map[string]struct {
			action types.Action
			want   string
		}{
			"two groups beside TargetGroupArn":    {twice, "ValidationError"},
			"another group beside TargetGroupArn": {foreign, "ValidationError"},
			"one group twice":                     {forward(weighted(c.group, 1), weighted(c.group, 1)), "ValidationError"},
			"no group":                            {forward(), "ValidationError"},
			"neither":                             {types.Action{Type: types.ActionTypeEnumForward}, "ValidationError"},
			"a group without a weight":            {forward(weighted(c.group, 1), types.TargetGroupTuple{TargetGroupArn: &green}), "ValidationError"},
			"too large a weight":                  {forward(weighted(c.group, 1), weighted(green, 1000)), "ValidationError"},
			"a negative weight":                   {forward(weighted(c.group, 1), weighted(green, -1)), "ValidationError"},
			"no weight at all":                    {forward(weighted(c.group, 0), weighted(green, 0)), "ValidationError"},
			"stickiness":                          {sticky, "ValidationError"},
			"an unknown group":                    {forward(weighted(c.group, 1), weighted("absent", 1)), "TargetGroupNotFound"},
		} {
			_, err := c.client.ModifyListener(c.Context(), &elbv2.ModifyListenerInput{ListenerArn: listener.ListenerArn, DefaultActions: []types.Action{test.action}})
			if codeOf(err) != test.want {
				c.Errorf("%s: got %v, want %s", name, err, test.want)
			}
		}
		if *c.listener(balancer).DefaultActions[0].TargetGroupArn != c.group {
			c.Error("a refused action changed the listener")
		}
	})
}
