package elb

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/cloudwatch"
)

// count takes note of one forwarded request; response is nil when the target failed.
func (s *Service) count(taken route, response *http.Response, took time.Duration) {
	taken.group.requests++
	if response == nil {
		return
	}
	if response.StatusCode >= http.StatusInternalServerError {
		taken.group.failed++
	}
	s.emit("TargetResponseTime", took.Seconds(), byBalancer(taken.balancer), byBoth(taken.balancer, taken.group))
}

// record gives CloudWatch the minute that ends. A target group that no active load balancer uses
// has no metrics, and those of requests are there only while requests flow.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (s *Service) record() {
	s.sendTraffic()
	for _, g := range s.groups {
		requests, failed := g.requests, g.failed
		g.requests, g.failed = 0, 0
		b := s.user(g.arn)
		if b == nil || !b.active() || len(g.targets) == 0 {
			continue
		}
		healthy := s.countTargets(g, types.TargetHealthStateEnumHealthy)
		unhealthy := s.countTargets(g, types.TargetHealthStateEnumUnhealthy)
		s.emit("HealthyHostCount", float64(healthy), byBoth(b, g))
		s.emit("UnHealthyHostCount", float64(unhealthy), byBoth(b, g))
		sharing := healthy
		if healthy == 0 {
			sharing = len(g.targets)
		}
		if requests > 0 {
			s.emit("RequestCountPerTarget", float64(requests)/float64(sharing), byGroup(g), byBoth(b, g))
		}
		if failed > 0 {
			s.emit("HTTPCode_Target_5XX_Count", float64(failed), byBalancer(b), byBoth(b, g))
		}
	}
}

func (s *Service) countTargets(g *targetGroup, state types.TargetHealthStateEnum) int {
	n := 0
	for _, t := range g.targets {
		if s.health(g, t).State == state {
			n++
		}
	}
	return n
}

func (s *Service) emit(name string, value float64, dimensions ...map[string]string) {
	for _, d := range dimensions {
		s.metrics.Record(cloudwatch.Metric{Namespace: "AWS/ApplicationELB", Name: name, Dimensions: d}, value)
	}
}

func byGroup(g *targetGroup) map[string]string {
	return map[string]string{"TargetGroup": suffix(g.arn)}
}

func byBalancer(b *loadBalancer) map[string]string {
	return map[string]string{"LoadBalancer": suffix(*b.LoadBalancerArn)}
}

func byBoth(b *loadBalancer, g *targetGroup) map[string]string {
	return map[string]string{"TargetGroup": suffix(g.arn), "LoadBalancer": suffix(*b.LoadBalancerArn)}
}
