package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// The quota of Running On-Demand Standard instances, in vCPUs, and the instance families that
// count.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html
const (
	QuotaService  = "ec2"
	StandardQuota = "L-1216C47A"
)

var standardFamilies = []string{"a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"}

// quota compares the release's minimum need with the account's limit. It does not know what else
// runs in the account; EC2 itself decides.
func (p planner) quota(ctx context.Context, d *draft) error {
	isKnown := d.vcpus != 0 && d.plan.MinSize <= d.plan.MaxSize
	if !isKnown || !IsStandard(d.plan.InstanceType) {
		return nil
	}
	running, err := p.running(ctx, d.serving.Slot)
	if err != nil {
		return err
	}
	out, err := p.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{
		ServiceCode: aws.String(QuotaService), QuotaCode: aws.String(StandardQuota),
	})
	if p.settings.Lab && release.CodeOf(err) == release.AccessDenied {
		return nil // a lab's users and its role may not ask
	}
	if release.IsNotFound(err) || err == nil && (out.Quota == nil || out.Quota.Value == nil) {
		return nil // Service Quotas does not have every account's applied value
	}
	if err != nil {
		return err
	}
	limit := int(*out.Quota.Value)
	return release.Join(d.within(limit, running), d.sizesWithin(limit))
}

// sizesWithin refuses scheduled sizes that need more vCPUs than the limit by themselves.
func (d *draft) sizesWithin(limit int) error {
	var beyond []error
	for i, size := range d.plan.Sizes {
		if need := size.First() * d.vcpus; need > limit {
			beyond = append(beyond, release.Errorf(release.QuotaExceeded,
				"sizes: entry %d (%s) runs %d instances of %s, which is %d vCPUs, and the account's quota of Running On-Demand Standard instances (%s) is %d; ask for a higher one in Service Quotas, or give a smaller minSize, desired or instanceType",
				i+1, size, size.First(), d.plan.InstanceType, need, StandardQuota, limit))
		}
	}
	return release.Join(beyond...)
}

// within refuses a release that needs more vCPUs than the limit.
func (d *draft) within(limit, running int) error {
	serving, wanted := busy(running, d.plan, time.Now())
	most, rolling := Peak(serving, wanted, d.bakes), 0
	if d.plan.Strategy == release.BlueGreen && running > 0 {
		most, rolling = PeakBlueGreen(serving, wanted), most
	}
	if d.plan.Run {
		most = running + 1
	}
	need := most * d.vcpus
	if need <= limit {
		return nil
	}
	makes, instead := "the release", ""
	if rolling > 0 {
		makes = "the release makes a second fleet and"
	}
	if d.plan.Run {
		makes = "the command runs on an instance of its own, which"
	}
	if rolling > 0 && rolling < most && rolling*d.vcpus <= limit {
		instead = fmt.Sprintf(`add "strategy": "rolling", which runs %d instances, %d vCPUs, or `, rolling, rolling*d.vcpus)
	}
	return release.Errorf(release.QuotaExceeded,
		"quota: %s runs %d instances of %s at a time (%d run now), which is %d vCPUs, and the account's quota of Running On-Demand Standard instances (%s) is %d; %sask for a higher one in Service Quotas, or give a smaller instanceType, minSize or desired",
		makes, most, d.plan.InstanceType, running, need, StandardQuota, limit, instead)
}

// running returns how many instances the group that serves has now.
func (p planner) running(ctx context.Context, slot release.Slot) (int, error) {
	group, err := fleet.Group(ctx, p.groups, p.settings.Environment.Group(slot))
	if err != nil || group == nil || fleet.IsDeleting(group) {
		return 0, err
	}
	return int(aws.ToInt32(group.DesiredCapacity)), nil
}

// busy returns the most instances of the fleet that serves, and of the release's, while the release
// takes over. A scheduled size that is in force by then is both fleets'.
func busy(running int, plan release.Plan, now time.Time) (serving, wanted int) {
	scheduled := plan.Busiest(now, now.Add(plan.Longest()))
	wanted = max(size(running, plan, now), scheduled)
	if running > 0 {
		running = max(running, scheduled)
	}
	return running, wanted
}

// size returns how many instances will serve in the end, if no scheduled size begins until then.
func size(running int, plan release.Plan, now time.Time) int {
	if plan.Desired > 0 {
		return plan.First(now)
	}
	in := plan.Bounds(now)
	return min(max(running, in.MinSize), in.MaxSize)
}

// Peak returns the maximum number of instances at a time: the builder beside the running fleet,
// then one and a half times the fleet during the refresh, then the requested fleet. The builder is
// gone when the fleet changes.
func Peak(running, wanted int, bakes bool) int {
	most := max(running, wanted)
	if bakes {
		most = max(most, running+1)
	}
	if running > 0 {
		most = max(most, running+max(1, running/2))
	}
	return most
}

// PeakBlueGreen returns the maximum number of instances at a time if the new fleet runs beside the
// running one. The builder, gone by then, makes no difference.
func PeakBlueGreen(running, wanted int) int { return running + wanted }

// IsStandard reports whether a type counts toward the quota: "t4g.small" is of the family t.
func IsStandard(instanceType string) bool {
	family, _, _ := strings.Cut(instanceType, ".")
	if digit := strings.IndexAny(family, "0123456789-"); digit >= 0 {
		family = family[:digit]
	}
	return slices.Contains(standardFamilies, family)
}
