package elb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// checkTimeout is an AWS duration, but the check is real, so that it is never less than
// shortestTimeout.
const (
	checkTimeout    = 5 * time.Second
	shortestTimeout = time.Second
)

// check runs one round of health checks, without the lock.
func (s *Service) check(g *targetGroup) {
	s.removeTerminated(g)
	for _, t := range g.targets {
		state := s.health(g, t).State
		if t.checking || state == types.TargetHealthStateEnumUnused || state == types.TargetHealthStateEnumDraining {
			continue
		}
		i, _ := s.instances.Instance(t.instance)
		if i.Machine == nil {
			g.judge(t, describedHealth("", types.TargetHealthReasonEnumFailedHealthChecks, "Health checks failed"))
			continue
		}
		t.checking = true
		s.fabric.Go(func() {
			found := s.probe(i.Machine, t.instance, g.path)
			s.fabric.Do(func() {
				t.checking = false
				g.judge(t, found)
			})
		})
	}
}

// probe sends one check to the target. The state is healthy or empty, and the reason says why.
func (s *Service) probe(machine http.RoundTripper, instance, path string) types.TargetHealth {
	ctx, cancel := context.WithTimeout(s.fabric.Context(), max(s.fabric.Scale(checkTimeout), shortestTimeout))
	defer cancel()
	failed := describedHealth("", types.TargetHealthReasonEnumFailedHealthChecks, "Health checks failed")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+instance+path, nil)
	if err != nil {
		return failed
	}
	request.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	response, err := machine.RoundTrip(request)
	if err == nil {
		defer func() { _ = response.Body.Close() }()
		_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	}
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return describedHealth("", types.TargetHealthReasonEnumTimeout, "Request timed out")
	case err != nil:
		return failed
	case response.StatusCode != http.StatusOK:
		return describedHealth("", types.TargetHealthReasonEnumResponseCodeMismatch,
			fmt.Sprintf("Health checks failed with these codes: [%d]", response.StatusCode))
	}
	return types.TargetHealth{State: types.TargetHealthStateEnumHealthy}
}

// judge counts the result of a check. One success is enough for a new target; the thresholds apply
// to changes.
func (g *targetGroup) judge(t *target, found types.TargetHealth) {
	if found.State == types.TargetHealthStateEnumHealthy {
		t.succeeded, t.failed = t.succeeded+1, 0
		if t.health.State == types.TargetHealthStateEnumInitial || t.succeeded >= g.settings.HealthyThreshold {
			t.health = found
		}
		return
	}
	t.succeeded, t.failed = 0, t.failed+1
	switch {
	case t.failed >= g.settings.UnhealthyThreshold:
		found.State = types.TargetHealthStateEnumUnhealthy
		t.health = found
	case t.health.State == types.TargetHealthStateEnumInitial:
		t.health = describedHealth(types.TargetHealthStateEnumInitial,
			types.TargetHealthReasonEnumInitialHealthChecking, "Initial health checks in progress")
	}
}

// forgetHealth resets a target group that no load balancer uses any more, whatever a running check
// finds: the next load balancer checks anew.
func (g *targetGroup) forgetHealth() {
	for i, t := range g.targets {
		if !t.draining {
			g.targets[i] = newTarget(t.instance)
		}
	}
}
