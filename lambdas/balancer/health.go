package balancer

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/fleet"
)

// tooFewHealthy returns why a fleet cannot serve, or "" if more of its targets are healthy than
// unhealthy. Targets that are new or draining count as neither.
func tooFewHealthy(targets []types.TargetHealthDescription) string {
	healthy, unhealthy := 0, 0
	for _, target := range targets {
		switch {
		case isHealthy(target):
			healthy++
		case fleet.IsUnhealthy(target):
			unhealthy++
		}
	}
	if healthy > 0 && healthy >= unhealthy {
		return ""
	}
	return fmt.Sprintf("the new fleet has %d healthy and %d unhealthy targets", healthy, unhealthy)
}
