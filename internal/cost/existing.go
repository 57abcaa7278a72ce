package cost

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/price"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const gigabyte = 1 << 30

// Existing holds what an environment has at one moment.
type Existing struct {
	InstanceType string // of most of the fleet's instances, or "" if none runs
	MinSize      int    // the group's, or 0 if there is none
	MaxSize      int
	Zones        int // of the load balancer, or 0 if there is none

	now   map[kind]float64
	types map[string]float64 // instances by their type
}

// kind identifies an item.
type kind struct {
	phase Phase
	key   string
}

// ReadExisting reads what exists from AWS. Its errors are AWS's.
func ReadExisting(ctx context.Context, clients step.Clients, environment release.Environment) (Existing, error) {
	r := reader{clients, environment, Existing{now: map[kind]float64{}, types: map[string]float64{}}}
	for _, part := range []func(context.Context) error{r.group, r.entrance, r.instances, r.disks, r.snapshots, r.alarms} {
		if err := part(ctx); err != nil {
			return Existing{}, err
		}
	}
	return r.Existing, nil
}

// IsServing reports whether there is anything that a teardown removes.
func (e Existing) IsServing() bool {
	for at, count := range e.now {
		if at.phase == Serving && count > 0 {
			return true
		}
	}
	return false
}

// Mark sets Now of planned items to what exists. Instances of another type than the wanted one
// become items of their own. An item that AWS cannot count in one call keeps its planned quantity.
func (e Existing) Mark(items []Item, instanceType string) []Item {
	marked := slices.Clone(items)
	for i, item := range marked {
		switch at := (kind{item.Phase, item.Key}); {
		case item.Phase == Serving && item.Key == price.InstanceKey:
			marked[i].Now = e.types[instanceType]
		case item.Key == "flow-log" && e.Zones > 0:
			marked[i].Now = item.Quantity.Least
		case item.Phase == Serving && item.Key == "log":
			marked[i].Now = e.now[kind{Serving, price.InstanceKey}] * appLogGB
		case !isCounted(at) && item.Phase == Always:
			marked[i].Now = item.Quantity.Least
		default:
			marked[i].Now = e.now[at]
		}
	}
	for _, other := range slices.Sorted(maps.Keys(e.types)) {
		if other != instanceType {
			marked = append(marked, Item{Phase: Serving, Key: price.InstanceKey, InstanceType: other, Note: "still running", Now: e.types[other]})
		}
	}
	return marked
}

func isCounted(k kind) bool { return k.key == "snapshot" || k.key == "alarm" }

type reader struct {
	step.Clients
	environment release.Environment
	Existing
}

// group takes the bounds of the group, or of the one whose maximum is larger while there are two.
func (r *reader) group(ctx context.Context) error {
	for _, slot := range release.Slots() {
		group, err := fleet.Group(ctx, r.AutoScaling, r.environment.Group(slot))
		if err != nil {
			return err
		}
		if group == nil {
			continue
		}
		widest, err := r.widest(ctx, group)
		if err != nil {
			return err
		}
		if widest.MaxSize > r.MaxSize {
			r.MinSize, r.MaxSize = widest.MinSize, widest.MaxSize
		}
	}
	return nil
}

// widest returns the bounds between which a group is at some hour: its own and those of its scheduled
// sizes.
func (r *reader) widest(ctx context.Context, group *groups.AutoScalingGroup) (release.Bounds, error) {
	widest := release.Bounds{MinSize: int(aws.ToInt32(group.MinSize)), MaxSize: int(aws.ToInt32(group.MaxSize))}
	pages := autoscaling.NewDescribeScheduledActionsPaginator(r.AutoScaling, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: group.AutoScalingGroupName})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return release.Bounds{}, err
		}
		for _, action := range page.ScheduledUpdateGroupActions {
			widest = widest.Widen(release.Bounds{MinSize: int(aws.ToInt32(action.MinSize)), MaxSize: int(aws.ToInt32(action.MaxSize))})
		}
	}
	return widest, nil
}

func (r *reader) entrance(ctx context.Context) error {
	found, err := balancer.Find(ctx, r.ELB, r.environment)
	if err == nil && found != nil {
		r.Zones = len(found.AvailabilityZones)
		r.now[kind{Serving, "load-balancer"}]++
		r.now[kind{Serving, "public-address"}] += float64(r.Zones)
	}
	return err
}

func (r *reader) instances(ctx context.Context) error {
	byType := map[string]int{}
	pages := ec2.NewDescribeInstancesPaginator(r.EC2, &ec2.DescribeInstancesInput{Filters: inventory.Filters(r.environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				if r.count(i) && !inventory.IsBuilder(i) {
					byType[string(i.InstanceType)]++
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		if r.InstanceType == "" || byType[name] > byType[r.InstanceType] {
			r.InstanceType = name
		}
	}
	return nil
}

// count counts an instance if it is billed, and reports whether it is.
func (r *reader) count(i types.Instance) bool {
	if i.State == nil || i.State.Name != types.InstanceStateNamePending && i.State.Name != types.InstanceStateNameRunning {
		return false
	}
	r.types[string(i.InstanceType)]++
	r.now[kind{Serving, price.InstanceKey}]++
	if i.Monitoring != nil && i.Monitoring.State == types.MonitoringStateEnabled {
		r.now[kind{Serving, "metric"}] += ownMetrics
	}
	if i.PublicIpAddress != nil {
		r.now[kind{Serving, "public-address"}]++
	}
	return true
}

func (r *reader) disks(ctx context.Context) error {
	pages := ec2.NewDescribeVolumesPaginator(r.EC2, &ec2.DescribeVolumesInput{Filters: inventory.Filters(r.environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, volume := range page.Volumes {
			r.now[kind{Serving, "disk"}] += float64(aws.ToInt32(volume.Size))
		}
	}
	return nil
}

// snapshots counts the size of each snapshot. AWS bills less: only the blocks that a snapshot does
// not share with another.
func (r *reader) snapshots(ctx context.Context) error {
	pages := ec2.NewDescribeSnapshotsPaginator(r.EC2, &ec2.DescribeSnapshotsInput{
		OwnerIds: []string{"self"}, Filters: inventory.Filters(r.environment),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, snapshot := range page.Snapshots {
			size := float64(aws.ToInt32(snapshot.VolumeSize))
			if snapshot.FullSnapshotSizeInBytes != nil {
				size = float64(*snapshot.FullSnapshotSizeInBytes) / gigabyte
			}
			r.now[kind{Always, "snapshot"}] += size
		}
	}
	return nil
}

func (r *reader) alarms(ctx context.Context) error {
	ofReleases := map[string]bool{}
	for _, name := range r.environment.Alarms() {
		ofReleases[name] = true
	}
	pages := cloudwatch.NewDescribeAlarmsPaginator(r.CloudWatch, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(r.environment.Name() + "-"), AlarmTypes: []cloudwatchtypes.AlarmType{cloudwatchtypes.AlarmTypeMetricAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, alarm := range page.MetricAlarms {
			phase := Always
			if ofReleases[aws.ToString(alarm.AlarmName)] {
				phase = Serving
			}
			r.now[kind{phase, "alarm"}] += metricsOf(alarm)
		}
	}
	return nil
}

// metricsOf returns how many metrics an alarm is billed for: those that its expression reads, or
// its single one.
// https://aws.amazon.com/cloudwatch/pricing/
func metricsOf(alarm cloudwatchtypes.MetricAlarm) (count float64) {
	for _, query := range alarm.Metrics {
		if query.MetricStat != nil {
			count++
		}
	}
	return max(1, count)
}
