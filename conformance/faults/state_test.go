package faults

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// recorded is what the environment says of itself.
func (w *world) recorded() release.Current {
	recorded, err := records.ReadCurrent(w.ctx, w.Clients.DynamoDB, w.Settings.Table)
	if err != nil {
		w.violate("the recorded state cannot be read: " + err.Error())
	}
	return recorded
}

// holder is the ARN of the execution that holds the lock; "" for none.
func (w *world) holder() string {
	held, err := records.ReadLock(w.ctx, w.Clients.DynamoDB, w.Settings.Table)
	if err != nil {
		w.violate("the lock cannot be read: " + err.Error())
	}
	if held == nil {
		return ""
	}
	return held.Holder
}

// thing is something in the account that a run has made.
type thing struct {
	kind, id string
	also     string // another name by which a report may call it
	needs    bool   // the recorded state accounts for it
}

func (t thing) String() string { return t.kind + " " + t.id }

// things asks every service for all that there is: nothing else lives in the account, so that what
// has lost its tags shows, too.
func (w *world) things(recorded release.Current) (all []thing) {
	for _, look := range []func(release.Current) ([]thing, error){
		w.instances, w.images, w.templates, w.group, w.balancers, w.alarms, w.schedules,
	} {
		found, err := look(recorded)
		if err != nil {
			w.violate("the account cannot be looked at: " + err.Error())
		}
		all = append(all, found...)
	}
	return all
}

func (w *world) instances(recorded release.Current) (all []thing, err error) {
	out, err := w.Clients.EC2.DescribeInstances(w.ctx, &ec2.DescribeInstancesInput{})
	if err != nil {
		return nil, err
	}
	for _, reservation := range out.Reservations {
		for _, i := range reservation.Instances {
			if i.State.Name == ec2types.InstanceStateNameTerminated || i.State.Name == ec2types.InstanceStateNameShuttingDown {
				continue
			}
			fleet, also := inventory.Tag(i.Tags, release.TagRole) == release.RoleFleet, ""
			if fleet && !recorded.Serving {
				also = "Auto Scaling group " + w.Settings.Environment.Name() // which replaces its instances
			}
			all = append(all, thing{
				kind: "instance", id: *i.InstanceId, also: also, needs: recorded.Serving && fleet && aws.ToString(i.ImageId) == recorded.Image,
			})
		}
	}
	return all, nil
}

func (w *world) images(recorded release.Current) (all []thing, err error) {
	out, err := w.Clients.EC2.DescribeImages(w.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, image := range out.Images {
		id := *image.ImageId
		needs := id == recorded.Image || recorded.Serving && id == recorded.FormerImage
		all = append(all, thing{kind: "image", id: id, also: aws.ToString(image.Name), needs: needs})
		for _, mapping := range image.BlockDeviceMappings {
			if mapping.Ebs != nil && needs {
				needed[aws.ToString(mapping.Ebs.SnapshotId)] = true
			}
		}
	}
	snapshots, err := w.Clients.EC2.DescribeSnapshots(w.ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if err != nil {
		return nil, err
	}
	for _, snapshot := range snapshots.Snapshots {
		all = append(all, thing{kind: "snapshot", id: *snapshot.SnapshotId, needs: needed[*snapshot.SnapshotId]})
	}
	return all, nil
}

func (w *world) templates(recorded release.Current) (all []thing, err error) {
	template, err := inventory.Template(w.ctx, w.Clients.EC2, w.Settings.Environment)
	if err != nil || template == nil {
		return nil, err
	}
	all = append(all, thing{kind: "launch template", id: *template.LaunchTemplateId, also: *template.LaunchTemplateName, needs: recorded.Serving})
	versions, err := inventory.Versions(w.ctx, w.Clients.EC2, w.Settings.Environment)
	for _, version := range versions {
		number := inventory.Number(version)
		all = append(all, thing{
			kind: "launch template version", id: number, also: aws.ToString(template.LaunchTemplateId),
			needs: recorded.Serving && (number == recorded.TemplateVersion || number == recorded.FormerTemplate),
		})
	}
	return all, err
}

func (w *world) group(recorded release.Current) (all []thing, err error) {
	out, err := w.Clients.AutoScaling.DescribeAutoScalingGroups(w.ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return nil, err
	}
	for _, group := range out.AutoScalingGroups {
		all = append(all, thing{kind: "Auto Scaling group", id: *group.AutoScalingGroupName, needs: recorded.Serving})
	}
	return all, nil
}

func (w *world) balancers(recorded release.Current) (all []thing, err error) {
	out, err := w.Clients.ELB.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{})
	if err != nil {
		return nil, err
	}
	for _, balancer := range out.LoadBalancers {
		all = append(all, thing{kind: "load balancer", id: *balancer.LoadBalancerArn, needs: recorded.Serving})
	}
	cards, err := w.Clients.EC2.DescribeNetworkInterfaces(w.ctx, &ec2.DescribeNetworkInterfacesInput{})
	if err != nil {
		return nil, err
	}
	for _, card := range cards.NetworkInterfaces {
		all = append(all, thing{kind: "network interface", id: *card.NetworkInterfaceId, needs: recorded.Serving})
	}
	return all, nil
}

func (w *world) alarms(recorded release.Current) (all []thing, err error) {
	out, err := w.Clients.CloudWatch.DescribeAlarms(w.ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		return nil, err
	}
	for _, alarm := range out.MetricAlarms {
		all = append(all, thing{kind: "alarm", id: *alarm.AlarmName, needs: recorded.Serving})
	}
	return all, nil
}

func (w *world) schedules(recorded release.Current) (all []thing, err error) {
	found, err := inventory.TTLSchedules(w.ctx, w.Clients.Scheduler, w.Settings.Environment)
	if err != nil {
		return nil, err
	}
	own := inventory.TTLSchedule(w.Settings.Environment, recorded.Release)
	for _, one := range found {
		all = append(all, thing{kind: "schedule", id: one.ID, needs: recorded.Serving && one.ID == own})
	}
	return all, nil
}

// unaccounted are the things that the recorded state does not account for.
func unaccounted(all []thing) []thing {
	return slices.DeleteFunc(slices.Clone(all), func(one thing) bool { return one.needs })
}

func list(all []thing) string {
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	return strings.Join(names, ", ")
}
