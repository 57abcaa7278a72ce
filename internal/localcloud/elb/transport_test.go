package elb_test

import (
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func TestRequestsGoRoundTheHealthyTargets(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		one, two, ill := c.launch("i-1", "us-east-1a"), c.launch("i-2", "us-east-1b"), c.launch("i-3", "us-east-1a")
		ill.set(http.StatusServiceUnavailable, 0)
		c.wait(30 * time.Second)
		for range 10 {
			if status := c.get(balancer); status != http.StatusOK {
				c.Errorf("got %d", status)
			}
		}
		if one.count() != 5 || two.count() != 5 || ill.count() != 0 {
			c.Errorf("requests went %d, %d and %d", one.count(), two.count(), ill.count())
		}
		if one.seen.Header.Get("X-Forwarded-Proto") != "http" || one.seen.Header.Get("X-Forwarded-Port") != "80" || one.seen.Host != *balancer.DNSName {
			c.Errorf("the target saw %s %v", one.seen.Host, one.seen.Header)
		}
	})
}

func TestLoadBalancerFailsOpenWhenAllTargetsAreUnhealthy(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		one, two := c.launch("i-1", "us-east-1a"), c.launch("i-2", "us-east-1b")
		one.set(http.StatusInternalServerError, 0)
		two.set(http.StatusInternalServerError, 0)
		c.wait(time.Minute)
		c.wantHealth("i-1", "unhealthy", "Target.ResponseCodeMismatch")
		one.set(http.StatusOK, 0) // answers, and is not yet known to be well
		statuses := map[int]int{}
		for range 4 {
			statuses[c.get(balancer)]++
		}
		if statuses[http.StatusOK] != 2 || statuses[http.StatusInternalServerError] != 2 {
			c.Errorf("got %v", statuses)
		}
	})
}

func TestLoadBalancerAnswersForTargetsThatCannot(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		if status := c.get(balancer); status != http.StatusServiceUnavailable {
			c.Errorf("without targets: %d", status)
		}
		c.launch("i-1", "us-east-1a").set(0, 0)
		if status := c.get(balancer); status != http.StatusBadGateway {
			c.Errorf("without a listener on the target: %d", status)
		}
	})
}

func TestRequestsWithoutALoadBalancerAreErrors(t *testing.T) {
	inCloud(t, func(c cloud) {
		ask := func(url string) error {
			request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, url, nil)
			if err != nil {
				c.Fatal(err)
			}
			response, err := c.service.Transport().RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			return err
		}
		var unresolved *net.DNSError
		if err := ask("http://nowhere.example/"); !errors.As(err, &unresolved) || !unresolved.IsNotFound {
			c.Errorf("an unknown host: %v", err)
		}
		balancer := c.create()
		c.listen(balancer)
		if err := ask("http://" + *balancer.DNSName + "/"); !errors.Is(err, syscall.ECONNREFUSED) {
			c.Errorf("a load balancer that is provisioned: %v", err)
		}
		c.wait(2 * time.Minute)
		if err := ask("http://" + *balancer.DNSName + ":8080/"); !errors.Is(err, syscall.ECONNREFUSED) {
			c.Errorf("a port without listener: %v", err)
		}
		if err := c.remove(balancer); err != nil {
			c.Fatal(err)
		}
		if err := ask("http://" + *balancer.DNSName + "/"); !errors.As(err, &unresolved) {
			c.Errorf("a deleted load balancer: %v", err)
		}
	})
}

// sums adds up a metric of the target group, alone or with the load balancer.
func (c cloud) sums(name string, balancer *types.LoadBalancer, withGroup bool) (minutes int, sum float64) {
	points := c.series(name, balancer, withGroup)
	for _, point := range points {
		sum += point.Sum
	}
	return len(points), sum
}

func TestMetricsHaveTheDimensionsOfAWS(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.launch("i-1", "us-east-1a")
		c.launch("i-2", "us-east-1b")
		ill := c.launch("i-3", "us-east-1b")
		ill.set(http.StatusServiceUnavailable, 0)
		c.wait(10 * time.Minute)
		if minutes, _ := c.sums("UnHealthyHostCount", nil, true); minutes != 0 {
			c.Error("a target group without load balancer has metrics")
		}
		balancer := c.open()
		c.wait(time.Minute)
		began := time.Now()
		for range 10 {
			c.get(balancer)
		}
		c.wait(time.Minute)
		c.wait(10 * time.Minute) // without requests
		for _, want := range []struct {
			name      string
			balancer  *types.LoadBalancer
			withGroup bool
			minutes   int
			sum       float64
		}{
			{"RequestCountPerTarget", &balancer, true, 1, 5}, // a healthy target
			{"RequestCountPerTarget", &balancer, false, 0, 0},
			{"UnHealthyHostCount", &balancer, true, 11, 11},
			{"UnHealthyHostCount", nil, true, 0, 0},
		} {
			points := c.series(want.name, want.balancer, want.withGroup)
			minutes, sum := 0, 0.0
			for _, point := range points {
				if !point.At.Before(began) {
					minutes++
					sum += point.Sum
				}
			}
			if minutes != want.minutes || sum != want.sum {
				c.Errorf("%+v: %d minutes with data, %g in all", want, minutes, sum)
			}
		}
	})
}

func TestSimulatedTrafficIsSpreadAndCounted(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		one, two := c.launch("i-1", "us-east-1a"), c.launch("i-2", "us-east-1b")
		c.wait(time.Minute)
		c.fabric.Do(func() { c.service.SetTraffic(7.5) })
		c.wait(3 * time.Minute)
		c.fabric.Do(func() { c.service.SetTraffic(0) })
		c.wait(5 * time.Minute)
		if one.count()+two.count() != 1350 || one.count()-two.count() > 1 || two.count()-one.count() > 1 {
			c.Errorf("%d and %d requests", one.count(), two.count())
		}
		if minutes, sum := c.sums("RequestCountPerTarget", &balancer, true); minutes != 3 || sum != 675 {
			c.Errorf("%g requests per target in %d minutes", sum, minutes)
		}
		if status := c.get(balancer); status != http.StatusOK {
			c.Errorf("a real request beside it: %d", status)
		}
	})
}

func dimensionsOf(balancer *types.LoadBalancer, group string) map[string]string {
	dimensions := map[string]string{}
	if group != "" {
		dimensions["TargetGroup"] = group[len("arn:aws:elasticloadbalancing:us-east-1:123456789012:"):]
	}
	if balancer != nil {
		dimensions["LoadBalancer"] = aws.ToString(balancer.LoadBalancerArn)[len("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/"):]
	}
	return dimensions
}
