package elb

import (
	"time"

	"photogallery/internal/localcloud/machine"
)

// trafficStep is the interval of simulated requests.
const trafficStep = 5 * time.Second

// traffic is the simulated load.
type traffic struct {
	perSecond float64
	sent      time.Time // the time up to which it was sent
	due       float64   // the remaining fraction of a request
	stop      func()
}

// SetTraffic simulates this many requests a second of AWS's time to each active load balancer; 0
// stops them. They go by default rules and are spread over target groups and targets as real ones
// are, and reach machines that can Serve several requests at once.
func (s *Service) SetTraffic(perSecond float64) {
	s.sendTraffic()
	if s.traffic.stop != nil {
		s.traffic.stop()
	}
	s.traffic = traffic{perSecond: perSecond, sent: time.Now()}
	if perSecond > 0 {
		s.traffic.stop = s.fabric.Every(trafficStep, s.sendTraffic)
	}
}

// sendTraffic sends the requests that are due since the last time.
func (s *Service) sendTraffic() {
	if s.traffic.perSecond <= 0 {
		return
	}
	seconds := float64(time.Since(s.traffic.sent)) / float64(s.fabric.Scale(time.Second))
	s.traffic.sent = time.Now()
	s.traffic.due += s.traffic.perSecond * seconds
	requests := int(s.traffic.due)
	s.traffic.due -= float64(requests)
	for _, b := range s.balancers {
		if !b.active() {
			continue
		}
		for _, l := range b.listeners {
			byDefault := l.rules[len(l.rules)-1]
			for i, share := range byDefault.shares(requests) {
				s.spread(b, s.group(*forwardedTo(byDefault.Actions[0])[i].TargetGroupArn), share)
			}
		}
	}
}

func (s *Service) spread(b *loadBalancer, g *targetGroup, requests int) {
	eligible := s.eligible(g)
	if len(eligible) == 0 {
		s.recordOwnErrors(b, requests)
		return
	}
	for position := range eligible {
		t := eligible[(g.next+position)%len(eligible)]
		share := requests / len(eligible)
		if position < requests%len(eligible) {
			share++
		}
		i, _ := s.instances.Instance(t.instance)
		server, ok := i.Machine.(interface {
			Serve(requests int) machine.Served
		})
		if !ok {
			continue
		}
		served := server.Serve(share)
		s.recordRequests(b, g, share)
		s.recordAnswers(b, g, served)
		s.recordOwnErrors(b, share-served.Answered)
	}
	g.next += requests
}
