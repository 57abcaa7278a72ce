package autoscaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// template is a launch template with one of its versions.
type template struct{ id, version string }

type group struct {
	name, arn         string
	created           time.Time
	min, max, desired int
	subnets           []subnet
	template          template
	targets           []string // target group ARNs
	byLoadBalancer    bool     // health check type ELB
	grace             time.Duration
	warmup            time.Duration // the default instance warmup
	tags              []types.Tag

	members    []*member // in order of launch
	policies   []*policy
	scheduled  []*scheduledAction
	refreshes  []*refresh        // oldest first
	activities []*types.Activity // oldest first
	capacity   []Capacity
	deleting   bool

	cause      string // why the desired capacity was last changed, until it is reached
	unhealthy  int    // unhealthy instances taken out and not yet replaced
	failures   map[string]failure
	busy, more bool // reconcile is running; and must run again
}

type subnet struct{ id, zone string }

// failure records failed launches in a zone.
type failure struct {
	times int
	until time.Time // no launch in the zone before
}

// member is an instance of a group.
type member struct {
	id           string
	subnet       subnet
	template     template
	instanceType string
	state        types.LifecycleState // Pending, InService or Terminating
	unhealthy    bool
	launched     time.Time
	inService    time.Time
	draining     int // target groups that still drain it
	activity     *types.Activity
}

func (s *Service) find(name string) (*group, error) {
	for _, g := range s.groups {
		if g.name == name {
			return g, nil
		}
	}
	return nil, fabric.Errorf("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup '%s' not found", name)
}

// findLive returns a group and refuses one that is being deleted.
func (s *Service) findLive(name string) (*group, error) {
	g, err := s.find(name)
	if err == nil && g.deleting {
		return nil, fabric.Errorf("ValidationError", "AutoScalingGroup '%s' is pending delete: wait until it is gone", name)
	}
	return g, err
}

func (g *group) member(id string) *member {
	for _, m := range g.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

// active returns the members that count toward the capacity.
func (g *group) active() []*member {
	return slices.DeleteFunc(slices.Clone(g.members), func(m *member) bool {
		return m.state == types.LifecycleStateTerminating
	})
}

func (g *group) zones() []string {
	var zones []string
	for _, subnet := range g.subnets {
		if !slices.Contains(zones, subnet.zone) {
			zones = append(zones, subnet.zone)
		}
	}
	return zones
}

func (g *group) subnetIn(zone string) subnet {
	return g.subnets[slices.IndexFunc(g.subnets, func(s subnet) bool { return s.zone == zone })]
}

// serves reports whether a member is in service and not known to fail its health checks. A target
// that no load balancer uses yet has no health to fail.
func (s *Service) serves(g *group, m *member) bool {
	if m.state != types.LifecycleStateInService || m.unhealthy {
		return false
	}
	return !g.byLoadBalancer || !slices.ContainsFunc(g.targets, func(target string) bool {
		health := s.targets.Health(target, m.id)
		return health != "healthy" && health != "unused"
	})
}

// counts reports whether a refresh counts a member as healthy. AWS leaves open whether it counts
// one that fails its health checks within its grace period.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-health-check-grace-period
func (s *Service) counts(g *group, m *member) bool {
	inGrace := s.graceIsHealth && m.state == types.LifecycleStateInService && !m.unhealthy && !s.past(m.inService, g.grace)
	return inGrace || s.serves(g, m)
}

// warm reports whether a member has been in service for the warm-up.
func (s *Service) warm(m *member, warmup time.Duration) bool {
	return m.state == types.LifecycleStateInService && s.past(m.inService, warmup)
}
