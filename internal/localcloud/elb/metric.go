package elb

import (
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/cloudwatch"
)

// record sends the metrics of the ending minute that alarms watch to CloudWatch. A target group
// without an active load balancer has none, and request counts exist only with requests.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (s *Service) record() {
	s.sendTraffic()
	for _, g := range s.groups {
		requests := g.requests
		g.requests = 0
		b := s.user(g.arn)
		if b == nil || !b.active() || len(g.targets) == 0 {
			continue
		}
		both := map[string]string{"TargetGroup": suffix(g.arn), "LoadBalancer": suffix(*b.LoadBalancerArn)}
		s.emit("UnHealthyHostCount", float64(s.countTargets(g, types.TargetHealthStateEnumUnhealthy)), both)
		sharing := s.countTargets(g, types.TargetHealthStateEnumHealthy)
		if sharing == 0 {
			sharing = len(g.targets)
		}
		if requests > 0 {
			s.emit("RequestCountPerTarget", float64(requests)/float64(sharing), both)
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

func (s *Service) emit(name string, value float64, dimensions map[string]string) {
	s.metrics.Record(cloudwatch.Metric{Namespace: "AWS/ApplicationELB", Name: name, Dimensions: dimensions}, value)
}
