package elb

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/machine"
)

// record sends the state of the ending minute to CloudWatch. A target group without an active load
// balancer has none, and request counts exist only with requests.
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
		s.emit("UnHealthyHostCount", float64(s.countTargets(g, types.TargetHealthStateEnumUnhealthy)), 1, b, g)
		sharing := s.countTargets(g, types.TargetHealthStateEnumHealthy)
		s.emit("HealthyHostCount", float64(sharing), 1, b, g)
		if sharing == 0 {
			sharing = len(g.targets)
		}
		if requests > 0 {
			s.emit("RequestCountPerTarget", float64(requests)/float64(sharing), 1, b, g)
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

// recordRequests counts requests for which a target of the group was chosen, for the group and for
// the load balancer.
func (s *Service) recordRequests(b *loadBalancer, g *targetGroup, requests int) {
	g.requests += requests
	s.emit("RequestCount", 1, requests, b, g)
	s.emit("RequestCount", 1, requests, b, nil)
}

// recordAnswer counts one answer, and takes the lock itself.
func (s *Service) recordAnswer(taken route, status int, took time.Duration) {
	served := machine.Served{Answered: 1, Each: took}
	if status >= http.StatusInternalServerError {
		served.Failed = 1
	}
	s.fabric.Do(func() { s.recordAnswers(taken.balancer, taken.group, served) })
}

// recordAnswers counts answers of a group's targets.
func (s *Service) recordAnswers(b *loadBalancer, g *targetGroup, served machine.Served) {
	s.emit("HTTPCode_Target_5XX_Count", 1, served.Failed, b, g)
	s.emit("TargetResponseTime", served.Each.Seconds(), served.Answered, b, g)
}

// recordOwnErrors counts answers of the load balancer itself, which no target group has.
func (s *Service) recordOwnErrors(b *loadBalancer, answers int) {
	s.emit("HTTPCode_ELB_5XX_Count", 1, answers, b, nil)
}

// emit records a value as often as it occurred, for the load balancer or for one of its target
// groups.
func (s *Service) emit(name string, value float64, times int, b *loadBalancer, g *targetGroup) {
	dimensions := map[string]string{"LoadBalancer": suffix(*b.LoadBalancerArn)}
	if g != nil {
		dimensions["TargetGroup"] = suffix(g.arn)
	}
	s.metrics.RecordTimes(cloudwatch.Metric{Namespace: "AWS/ApplicationELB", Name: name, Dimensions: dimensions}, value, times)
}
