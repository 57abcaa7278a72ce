package balancer

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/fleet"
)

// Hosts counts the targets of a fleet. Those that are new or draining count as neither.
type Hosts struct {
	Healthy   int `json:"healthy"`
	Unhealthy int `json:"unhealthy"`
}

func hostsOf(targets []types.TargetHealthDescription) (found Hosts) {
	for _, target := range targets {
		switch {
		case isHealthy(target):
			found.Healthy++
		case fleet.IsUnhealthy(target):
			found.Unhealthy++
		}
	}
	return found
}

// tooFewHealthy returns why a fleet cannot serve, or "" if more of its targets are healthy than
// unhealthy.
func (h Hosts) tooFewHealthy() string {
	if h.Healthy > 0 && h.Healthy >= h.Unhealthy {
		return ""
	}
	return fmt.Sprintf("the new fleet has %d healthy and %d unhealthy targets", h.Healthy, h.Unhealthy)
}
