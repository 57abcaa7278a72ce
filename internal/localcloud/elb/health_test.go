package elb_test

import (
	"net/http"
	"testing"
	"time"

	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/elb"
)

func TestTargetsAreUnusedWithoutAnActiveLoadBalancer(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.launch("i-1", "us-east-1a")
		c.wait(time.Hour)
		c.wantHealth("i-1", "unused", "Target.NotInUse")
		balancer := c.create()
		c.listen(balancer)
		c.wantHealth("i-1", "unused", "Target.NotInUse")
		c.wait(2 * time.Minute)
		c.wait(15 * time.Second)
		c.wantHealth("i-1", "healthy", "")
		if err := c.remove(balancer); err != nil {
			c.Fatal(err)
		}
		c.wantHealth("i-1", "unused", "Target.NotInUse")
		c.open()
		c.wantHealth("i-1", "initial", "Elb.RegistrationInProgress")
	})
}

func TestHealthFollowsTheChecks(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		delay  time.Duration
		reason string
	}{
		"wrong status": {http.StatusServiceUnavailable, 0, "Target.ResponseCodeMismatch"},
		"redirect":     {http.StatusFound, 0, "Target.ResponseCodeMismatch"},
		"no listener":  {0, 0, "Target.FailedHealthChecks"},
		"too slow":     {http.StatusOK, 6 * time.Second, "Target.Timeout"},
	} {
		inCloud(t, func(c cloud) {
			c.open()
			const round = 15 * time.Second
			server := c.launch("i-1", "us-east-1a")
			server.set(test.status, test.delay)
			c.wantHealth("i-1", "initial", "Elb.RegistrationInProgress")
			c.wait(round)
			c.wantHealth("i-1", "initial", "Elb.InitialHealthChecking")
			c.wait(round)
			c.wantHealth("i-1", "unhealthy", test.reason)
			server.set(http.StatusOK, 0)
			c.wait(round)
			c.wantHealth("i-1", "unhealthy", test.reason) // one success does not heal
			c.wait(round)
			c.wantHealth("i-1", "healthy", "")
			server.set(test.status, test.delay)
			c.wait(round)
			c.wantHealth("i-1", "healthy", "") // nor does one failure harm
			c.wait(round)
			c.wantHealth("i-1", "unhealthy", test.reason)
			if t.Failed() {
				t.Logf("with %s", name)
			}
		})
	}
}

func TestNewTargetIsHealthyAfterOneSuccess(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.open()
		c.launch("i-1", "us-east-1b")
		c.wait(15 * time.Second)
		c.wantHealth("i-1", "healthy", "")
	})
}

func TestTargetsThatCannotServeAreUnusedOrGone(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.open()
		c.launch("i-far", "us-east-1c")
		c.launch("i-stopped", "us-east-1a")
		c.launch("i-terminated", "us-east-1a")
		c.fabric.Do(func() {
			for id, state := range map[string]string{"i-stopped": ec2.Stopped, "i-terminated": ec2.Terminated} {
				i := c.network.instances[id]
				i.State = state
				c.network.instances[id] = i
			}
		})
		c.wantHealth("i-far", "unused", "Target.NotInUse")
		c.wantHealth("i-stopped", "unused", "Target.InvalidState")
		c.wait(15 * time.Second)
		if _, registered := c.health()["i-terminated"]; registered {
			c.Error("a terminated instance is still registered")
		}
		c.fabric.Do(func() {
			if got := c.service.Health(c.group, "i-terminated"); got != "" {
				c.Errorf("Health of what is not registered is %q", got)
			}
		})
	})
}

func TestDrainingTargetEndsItsRequestsAndGetsNoNewOnes(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		leaving := c.launch("i-1", "us-east-1a")
		c.wait(15 * time.Second)
		leaving.set(http.StatusOK, 20*time.Second)
		answered := make(chan int, 1)
		go func() { answered <- c.get(balancer) }()
		c.wait(time.Second)
		staying := c.launch("i-2", "us-east-1b")

		var drainedAt time.Time
		began := time.Now()
		c.fabric.Do(func() { c.service.Deregister(c.group, "i-1", func() { drainedAt = time.Now() }) })
		c.wantHealth("i-1", "draining", "Target.DeregistrationInProgress")
		c.wait(15 * time.Second)
		for range 4 {
			if status := c.get(balancer); status != http.StatusOK {
				c.Errorf("a request while draining: %d", status)
			}
		}
		if leaving.count() != 1 || staying.count() != 4 {
			c.Errorf("%d requests went to the draining target, %d to the other", leaving.count(), staying.count())
		}
		if status := <-answered; status != http.StatusOK {
			c.Errorf("the request under way ended with %d", status)
		}
		c.wait(time.Minute)
		if _, registered := c.health()["i-1"]; registered || drainedAt.Sub(began) != 30*time.Second {
			c.Errorf("drained after %s, registered: %v", drainedAt.Sub(began), registered)
		}
	})
}

func TestDeregisteringWhatIsNotInUseEndsAtOnce(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.launch("i-1", "us-east-1a")
		var drained []string
		c.fabric.Do(func() {
			for _, id := range []string{"i-1", "i-unknown"} {
				c.service.Deregister(c.group, id, func() { drained = append(drained, id) })
			}
			if len(drained) != 0 {
				c.Error("drained was called before Deregister returned")
			}
		})
		c.wait(time.Second)
		if len(drained) != 2 || len(c.health()) != 0 {
			c.Errorf("drained: %v, left: %v", drained, c.health())
		}
	})
}

func TestRegisteringADrainingTargetBeginsAnew(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.open()
		c.launch("i-1", "us-east-1a")
		c.wait(15 * time.Second)
		c.fabric.Do(func() {
			c.service.Deregister(c.group, "i-1", func() {})
			c.service.Register(c.group, "i-1")
		})
		c.wantHealth("i-1", "initial", "Elb.RegistrationInProgress")
		c.wait(time.Minute)
		c.wantHealth("i-1", "healthy", "")
	})
}

func TestSettingsOfATargetGroupCanBeChanged(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.open()
		c.fabric.Do(func() {
			settings := elb.DefaultSettings()
			settings.Interval, settings.UnhealthyThreshold = 5*time.Second, 4
			c.service.Configure(c.group, settings)
		})
		c.launch("i-1", "us-east-1a").set(http.StatusTeapot, 0)
		c.wait(18 * time.Second) // checks after 2.5, 7.5, 12.5 and 17.5 s
		c.wantHealth("i-1", "unhealthy", "Target.ResponseCodeMismatch")
	})
}

func TestPathOfATargetGroupCanBeChanged(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.open()
		server := c.launch("i-1", "us-east-1a")
		server.set(http.StatusOK, 0)
		c.wait(30 * time.Second)
		modify := func(group, path string) error {
			_, err := c.client.ModifyTargetGroup(c.Context(), &elbv2.ModifyTargetGroupInput{TargetGroupArn: &group, HealthCheckPath: &path})
			return err
		}
		if err := modify(c.group, "/ready"); err != nil {
			c.Fatal(err)
		}
		c.wait(15 * time.Second)
		if server.count() != 1 || server.seen.URL.Path != "/ready" {
			c.Errorf("the checks ask %d times for %v", server.count(), server.seen)
		}
		c.wantHealth("i-1", "healthy", "")
		c.fabric.Do(func() {
			if got := c.service.HealthPath(c.group); got != "/ready" {
				c.Errorf("the path is %s", got)
			}
		})
		if err := modify(c.group, "ready"); err == nil {
			c.Error("a path without a slash is taken")
		}
		if err := modify("gone", "/"); err == nil {
			c.Error("an unknown target group is changed")
		}
	})
}
