package cost

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// Seen holds what an environment has at one moment.
type Seen struct {
	InstanceType string // of most of the fleet's instances; "" where none runs
	MinSize      int    // the group's; 0 if there is none
	MaxSize      int
	Zones        int // of the load balancer; 0 if there is none

	now   map[kind]float64
	types map[string]float64 // instances by their type
}

// kind tells items apart.
type kind struct {
	phase Phase
	key   string
}

// Look asks AWS what there is. Its errors are AWS's.
func Look(ctx context.Context, clients step.Clients, environment release.Environment) (Seen, error) {
	l := look{clients, environment, Seen{now: map[kind]float64{}, types: map[string]float64{}}}
	for _, part := range []func(context.Context) error{l.group, l.entrance, l.instances, l.disks, l.snapshots, l.alarms} {
		if err := part(ctx); err != nil {
			return Seen{}, err
		}
	}
	return l.Seen, nil
}

// Mark sets Now of planned items to what was seen. Instances of another type than the wanted one
// become items of their own. What AWS does not count in one call is taken for what was planned.
func (s Seen) Mark(items []Item, instanceType string) []Item {
	marked := slices.Clone(items)
	for i, item := range marked {
		switch at := (kind{item.Phase, item.Key}); {
		case item.Phase == Serving && item.Key == price.InstanceKey:
			marked[i].Now = s.types[instanceType]
		case item.Key == "flow-log" && s.Zones > 0:
			marked[i].Now = item.Quantity.Least
		case item.Phase == Serving && item.Key == "log":
			marked[i].Now = s.now[kind{Serving, price.InstanceKey}] * appLogGB
		case !isCounted(at) && item.Phase == Always:
			marked[i].Now = item.Quantity.Least
		default:
			marked[i].Now = s.now[at]
		}
	}
	for _, other := range slices.Sorted(maps.Keys(s.types)) {
		if other != instanceType {
			marked = append(marked, Item{Phase: Serving, Key: price.InstanceKey, InstanceType: other, Note: "still running", Now: s.types[other]})
		}
	}
	return marked
}

func isCounted(k kind) bool { return k.key == "snapshot" || k.key == "alarm" }

type look struct {
	step.Clients
	environment release.Environment
	Seen
}

func (l *look) group(ctx context.Context) error {
	group, err := fleet.Group(ctx, l.AutoScaling, l.environment)
	if err == nil && group != nil {
		l.MinSize, l.MaxSize = int(aws.ToInt32(group.MinSize)), int(aws.ToInt32(group.MaxSize))
	}
	return err
}

func (l *look) entrance(ctx context.Context) error {
	found, err := balancer.Find(ctx, l.ELB, l.environment)
	if err == nil && found != nil {
		l.Zones = len(found.AvailabilityZones)
		l.now[kind{Serving, "load-balancer"}]++
		l.now[kind{Serving, "public-address"}] += float64(l.Zones)
	}
	return err
}

func (l *look) instances(ctx context.Context) error {
	byType := map[string]int{}
	pages := ec2.NewDescribeInstancesPaginator(l.EC2, &ec2.DescribeInstancesInput{Filters: inventory.Filters(l.environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				if l.count(i) && !inventory.IsBuilder(i) {
					byType[string(i.InstanceType)]++
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		if l.InstanceType == "" || byType[name] > byType[l.InstanceType] {
			l.InstanceType = name
		}
	}
	return nil
}

// count counts an instance that is billed.
func (l *look) count(i types.Instance) bool {
	if i.State == nil || i.State.Name != types.InstanceStateNamePending && i.State.Name != types.InstanceStateNameRunning {
		return false
	}
	l.types[string(i.InstanceType)]++
	l.now[kind{Serving, price.InstanceKey}]++
	if i.Monitoring != nil && i.Monitoring.State == types.MonitoringStateEnabled {
		l.now[kind{Serving, "metric"}] += ownMetrics
	}
	if i.PublicIpAddress != nil {
		l.now[kind{Serving, "public-address"}]++
	}
	return true
}

func (l *look) disks(ctx context.Context) error {
	pages := ec2.NewDescribeVolumesPaginator(l.EC2, &ec2.DescribeVolumesInput{Filters: inventory.Filters(l.environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, volume := range page.Volumes {
			l.now[kind{Serving, "disk"}] += float64(aws.ToInt32(volume.Size))
		}
	}
	return nil
}

// snapshots counts what a snapshot holds; AWS bills the blocks that it does not share with another
// one, which is less.
func (l *look) snapshots(ctx context.Context) error {
	pages := ec2.NewDescribeSnapshotsPaginator(l.EC2, &ec2.DescribeSnapshotsInput{
		OwnerIds: []string{"self"}, Filters: inventory.Filters(l.environment),
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
			l.now[kind{Always, "snapshot"}] += size
		}
	}
	return nil
}

func (l *look) alarms(ctx context.Context) error {
	ofReleases := map[string]bool{}
	for _, which := range release.AlarmKinds() {
		ofReleases[l.environment.Alarm(which)] = true
	}
	pages := cloudwatch.NewDescribeAlarmsPaginator(l.CloudWatch, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(l.environment.Name() + "-"), AlarmTypes: []cloudwatchtypes.AlarmType{cloudwatchtypes.AlarmTypeMetricAlarm},
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
			l.now[kind{phase, "alarm"}] += metricsOf(alarm)
		}
	}
	return nil
}

// metricsOf is how many metrics an alarm is billed for: those that its expression reads, or its one.
// https://aws.amazon.com/cloudwatch/pricing/
func metricsOf(alarm cloudwatchtypes.MetricAlarm) (count float64) {
	for _, query := range alarm.Metrics {
		if query.MetricStat != nil {
			count++
		}
	}
	return max(1, count)
}
