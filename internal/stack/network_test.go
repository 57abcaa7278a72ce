package stack

import (
	"log/slog"
	"slices"
	"testing"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/balancer"
)

// A stack that was deployed with another network leaves its entrance in the former one; the next
// release moves it, and visitors notice nothing.
func TestEntranceMovesUnderARunningRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		former := e.Settings
		former.PublicSubnets, former.LoadBalancerSecurityGroup = former.PrivateSubnets, "sg-0123456789abcdef0"
		ctx := fabric.WithCaller(e.Context(), balancer.EnsureLoadBalancer.Name)
		if _, err := balancer.EnsureLoadBalancer.Handler(e.Clients, former, slog.New(slog.DiscardHandler)).Invoke(ctx, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
		e.release("r2", `{}`).ends("Succeeded")
		found, err := balancer.Find(e.Context(), e.Clients.ELB, e.Settings.Environment)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(found.SecurityGroups, []string{e.Settings.LoadBalancerSecurityGroup}) || !slices.Contains(e.Settings.PublicSubnets, *found.AvailabilityZones[0].SubnetId) {
			t.Errorf("the entrance is still in %v with %v", found.AvailabilityZones, found.SecurityGroups)
		}
		e.serves("r2", 2)
	})
}
