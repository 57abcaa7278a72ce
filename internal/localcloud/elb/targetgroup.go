package elb

import (
	"slices"
	"time"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
)

// Settings holds a target group's health check and draining, in AWS durations.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
type Settings struct {
	Interval            time.Duration // between two health checks of a target
	HealthyThreshold    int           // successes in a row until an unhealthy target is healthy
	UnhealthyThreshold  int           // failures in a row until a target is unhealthy
	DeregistrationDelay time.Duration // how long a target drains
}

// DefaultSettings returns the stack's settings. A minute of failures makes a target unhealthy,
// which is AWS's default: an instance is checked while it boots, and one that is unhealthy before
// it has booted would look like a broken version.
func DefaultSettings() Settings {
	return Settings{Interval: 10 * time.Second, HealthyThreshold: 2, UnhealthyThreshold: 6, DeregistrationDelay: 30 * time.Second}
}

type targetGroup struct {
	arn      string
	path     string // of the health check, which expects a 200
	settings Settings
	targets  []*target // in order of registration
	next     int       // round robin
	requests int       // in this minute
	stop     func()    // stops the health checks
}

// AddTargetGroup adds a target group of instances on port 80 with the stack's settings, whose
// health check requests path, and starts the checks. It returns the target group's ARN.
func (s *Service) AddTargetGroup(name, path string) (arn string) {
	g := &targetGroup{arn: s.arn("targetgroup/" + name), path: path}
	s.groups = append(s.groups, g)
	g.stop = func() {}
	s.Configure(g.arn, DefaultSettings())
	return g.arn
}

// Configure replaces a target group's settings. The next health check is half an interval ahead, so
// that checks never coincide with the minutes of CloudWatch.
func (s *Service) Configure(targetGroup string, settings Settings) {
	g := s.group(targetGroup)
	if g == nil {
		return
	}
	g.stop()
	g.settings = settings
	g.stop = s.fabric.After(settings.Interval/2, func() {
		s.check(g)
		g.stop = s.fabric.Every(settings.Interval, func() { s.check(g) })
	})
}

// Register adds an instance to a target group unless it is there. A draining target starts anew. An
// unknown target group is ignored.
func (s *Service) Register(targetGroup, instance string) {
	g := s.group(targetGroup)
	if g == nil {
		return
	}
	if t := g.target(instance); t != nil {
		if !t.draining {
			return
		}
		g.remove(t)
	}
	g.targets = append(g.targets, newTarget(instance))
}

// Deregister drains a target: it gets no new requests, and requests in flight have the
// deregistration delay to end. Then drained is called under the lock, but never before Deregister
// returns. It is also called, soon, for a target that is not registered, not in use or draining
// already.
func (s *Service) Deregister(targetGroup, instance string, drained func()) {
	g := s.group(targetGroup)
	var t *target
	if g != nil {
		t = g.target(instance)
	}
	if t == nil || t.draining {
		s.fabric.After(0, drained)
		return
	}
	t.draining = true
	delay := g.settings.DeregistrationDelay
	if user := s.user(targetGroup); user == nil {
		delay = 0
	}
	latest := time.Now().Add(delay)
	s.fabric.After(delay, func() { s.endDraining(g, t, latest, drained) })
}

// drainingLooks is how often a target is checked that outlasts its delay.
const drainingLooks = time.Second

// endDraining waits for requests in flight. They are real and take their own time, so that they get
// the same delay as on AWS, whatever the pace.
func (s *Service) endDraining(g *targetGroup, t *target, latest time.Time, drained func()) {
	if t.underWay.Load() > 0 && time.Now().Before(latest) {
		s.fabric.After(drainingLooks, func() { s.endDraining(g, t, latest, drained) })
		return
	}
	g.remove(t)
	drained()
}

func (s *Service) group(arn string) *targetGroup {
	if i := slices.IndexFunc(s.groups, func(g *targetGroup) bool { return g.arn == arn }); i >= 0 {
		return s.groups[i]
	}
	return nil
}

func (g *targetGroup) target(instance string) *target {
	if i := slices.IndexFunc(g.targets, func(t *target) bool { return t.instance == instance }); i >= 0 {
		return g.targets[i]
	}
	return nil
}

func (g *targetGroup) remove(gone *target) {
	g.targets = slices.DeleteFunc(g.targets, func(t *target) bool { return t == gone })
}

// removeTerminated deregisters terminated instances, as AWS does.
func (s *Service) removeTerminated(g *targetGroup) {
	g.targets = slices.DeleteFunc(g.targets, func(t *target) bool {
		i, ok := s.instances.Instance(t.instance)
		return !t.draining && (!ok || i.State == ec2.Terminated)
	})
}

func targetGroupNotFound(arn string) error {
	return fabric.Errorf("TargetGroupNotFound", "Target group '%s' not found", arn)
}
