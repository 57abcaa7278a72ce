package plan

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// forecast answers what a release of the finished plan would do. It decides with the functions of
// the steps that would do it.
func (p planner) forecast(ctx context.Context, d draft) (*release.Forecast, error) {
	there, err := fleet.ReadGroups(ctx, p.groups, p.settings.Environment, d.serving.Serves())
	if err != nil {
		return nil, err
	}
	entrance, err := balancer.Find(ctx, p.entrance, p.settings.Environment)
	if err != nil {
		return nil, err
	}
	lock, err := records.ReadLock(ctx, p.table, p.settings.Table)
	if err != nil {
		return nil, err
	}
	f := &release.Forecast{StoresBundle: d.unstored, MakesLoadBalancer: entrance == nil}
	if lock != nil {
		f.Holder = release.NameOf(lock.Holder)
	}
	d.foreseeImage(f, p.settings.Architecture)
	d.foreseeFleet(f, there)
	f.Will = d.plan.Will(*f)
	return f, nil
}

// foreseeImage decides as FindImage does.
func (d draft) foreseeImage(f *release.Forecast, architecture string) {
	if f.Bakes = d.bakes; f.Bakes {
		f.Builder = d.plan.InstanceType
	} else {
		f.Image = aws.ToString(d.image.ImageId)
	}
	switch {
	case d.plan.Image != "":
		f.Reason = "the request names it"
	case !f.Bakes && d.image.State != types.ImageStateAvailable:
		f.Reason = "it has this content and is being made"
	case !f.Bakes:
		f.Reason = "it has this content"
	case d.plan.Rebake:
		f.Reason = "a new one is asked for"
	case d.serving.Digest == d.plan.Digest && d.serving.Image != "":
		f.Reason = "the image of this content that served, " + d.serving.Image + ", is gone"
	default:
		f.Reason = "there is no image of this content for " + architecture
	}
}

// foreseeFleet decides as FindGroup does, after it has waited for what is in its way.
func (d draft) foreseeFleet(f *release.Forecast, there fleet.Groups) {
	if there.Found(d.plan).State == fleet.Left {
		f.Left = capacity(there.Idle)
	}
	settled := there.Settled()
	found := settled.Found(d.plan)
	f.Slot, f.Running = found.Slot, capacity(settled.Serving)
	f.Size = size(f.Running, d.plan, time.Now())
	switch found.State {
	case fleet.Present:
		f.Fleet, f.Launched, f.Ended = release.RolledFleet, max(f.Running, f.Size), f.Running+max(0, f.Running-f.Size)
		f.Most = max(f.Size, release.Rolled(f.Running))
	case fleet.Beside:
		f.Fleet, f.Size, f.Former = release.SecondFleet, found.Size, found.Former
		f.Launched, f.Ended, f.Most = f.Size, f.Running, PeakBlueGreen(f.Running, f.Size)
	default:
		f.Fleet = release.FirstFleet
		f.Size = d.plan.First(time.Now())
		f.Launched, f.Most = f.Size, f.Size
	}
	if f.Bakes {
		f.Most = max(f.Most, f.Running+1)
	}
}

// capacity returns how many instances a group is to have, or 0 for no group.
func capacity(group *groups.AutoScalingGroup) int {
	if group == nil {
		return 0
	}
	return int(aws.ToInt32(group.DesiredCapacity))
}
