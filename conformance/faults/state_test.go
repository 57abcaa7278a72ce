package faults

import (
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// recorded returns the state that the environment has recorded.
func (env *environment) recorded() release.Current {
	recorded, err := records.ReadCurrent(env.ctx, env.Clients.DynamoDB, env.Settings.Table)
	if err != nil {
		env.violate("the recorded state cannot be read: " + err.Error())
	}
	return recorded
}

// holder returns the ARN of the execution that holds the lock, or "" if there is none.
func (env *environment) holder() string {
	held, err := records.ReadLock(env.ctx, env.Clients.DynamoDB, env.Settings.Table)
	if err != nil {
		env.violate("the lock cannot be read: " + err.Error())
	}
	if held == nil {
		return ""
	}
	return held.Holder
}

// resource is a resource in the account that a run has made.
type resource struct {
	kind, id  string
	alias     string // another name under which a report may name it
	accounted bool   // the recorded state accounts for it
}

func (t resource) String() string { return t.kind + " " + t.id }

// isNamedIn reports whether a text names the resource, or the other name of it. The name of a group
// alone is in many other names.
func (t resource) isNamedIn(text string) bool {
	names := []string{t.id, t.alias}
	if t.kind == groupKind {
		names[0] = t.String()
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return name != "" && regexp.MustCompile(regexp.QuoteMeta(name)+`([^-\w]|$)`).MatchString(text)
	})
}

const groupKind = "Auto Scaling group"

// resources asks every service for everything it has. Nothing else is in the account, so that
// resources without tags are found, too.
func (env *environment) resources(recorded release.Current) (all []resource) {
	for _, look := range []func(release.Current) ([]resource, error){
		env.instances, env.images, env.templates, env.groups, env.balancers, env.traffic, env.alarms, env.schedules,
	} {
		found, err := look(recorded)
		if err != nil {
			env.violate("the account cannot be read: " + err.Error())
		}
		all = append(all, found...)
	}
	return all
}

func (env *environment) instances(recorded release.Current) (all []resource, err error) {
	out, err := env.Clients.EC2.DescribeInstances(env.ctx, &ec2.DescribeInstancesInput{})
	if err != nil {
		return nil, err
	}
	members, err := env.members()
	if err != nil {
		return nil, err
	}
	serving := env.Settings.Environment.Group(recorded.Serves())
	for _, reservation := range out.Reservations {
		for _, i := range reservation.Instances {
			if i.State.Name == ec2types.InstanceStateNameTerminated || i.State.Name == ec2types.InstanceStateNameShuttingDown {
				continue
			}
			group, alias := members[*i.InstanceId], ""
			if group != "" && (!recorded.Serving || group != serving) {
				alias = groupKind + " " + group // which replaces its instances
			}
			all = append(all, resource{
				kind: "instance", id: *i.InstanceId, alias: alias, accounted: recorded.Serving && group == serving && aws.ToString(i.ImageId) == recorded.Image,
			})
		}
	}
	return all, nil
}

func (env *environment) images(recorded release.Current) (all []resource, err error) {
	out, err := env.Clients.EC2.DescribeImages(env.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, image := range out.Images {
		id := *image.ImageId
		needs := id == recorded.Image || recorded.Serving && id == recorded.FormerImage
		all = append(all, resource{kind: "image", id: id, alias: aws.ToString(image.Name), accounted: needs})
		for _, mapping := range image.BlockDeviceMappings {
			if mapping.Ebs != nil && needs {
				needed[aws.ToString(mapping.Ebs.SnapshotId)] = true
			}
		}
	}
	snapshots, err := env.Clients.EC2.DescribeSnapshots(env.ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if err != nil {
		return nil, err
	}
	for _, snapshot := range snapshots.Snapshots {
		all = append(all, resource{kind: "snapshot", id: *snapshot.SnapshotId, accounted: needed[*snapshot.SnapshotId]})
	}
	return all, nil
}

func (env *environment) templates(recorded release.Current) (all []resource, err error) {
	template, err := inventory.Template(env.ctx, env.Clients.EC2, env.Settings.Environment)
	if err != nil || template == nil {
		return nil, err
	}
	all = append(all, resource{kind: "launch template", id: *template.LaunchTemplateId, alias: *template.LaunchTemplateName, accounted: recorded.Serving})
	versions, err := inventory.Versions(env.ctx, env.Clients.EC2, env.Settings.Environment)
	for _, version := range versions {
		number := inventory.Number(version)
		all = append(all, resource{
			kind: "launch template version", id: number, alias: aws.ToString(template.LaunchTemplateId),
			accounted: recorded.Serving && (number == recorded.TemplateVersion || number == recorded.FormerTemplate),
		})
	}
	return all, err
}

// members returns the groups of the instances that are in one.
func (env *environment) members() (map[string]string, error) {
	out, err := env.Clients.AutoScaling.DescribeAutoScalingGroups(env.ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	for _, group := range out.AutoScalingGroups {
		for _, instance := range group.Instances {
			groups[*instance.InstanceId] = *group.AutoScalingGroupName
		}
	}
	return groups, nil
}

func (env *environment) groups(recorded release.Current) (all []resource, err error) {
	out, err := env.Clients.AutoScaling.DescribeAutoScalingGroups(env.ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return nil, err
	}
	serving := env.Settings.Environment.Group(recorded.Serves())
	for _, group := range out.AutoScalingGroups {
		name := *group.AutoScalingGroupName
		all = append(all, resource{kind: groupKind, id: name, accounted: recorded.Serving && name == serving})
	}
	return all, nil
}

func (env *environment) balancers(recorded release.Current) (all []resource, err error) {
	out, err := env.Clients.ELB.DescribeLoadBalancers(env.ctx, &elb.DescribeLoadBalancersInput{})
	if err != nil {
		return nil, err
	}
	for _, balancer := range out.LoadBalancers {
		all = append(all, resource{kind: "load balancer", id: *balancer.LoadBalancerArn, accounted: recorded.Serving})
	}
	cards, err := env.Clients.EC2.DescribeNetworkInterfaces(env.ctx, &ec2.DescribeNetworkInterfacesInput{})
	if err != nil {
		return nil, err
	}
	for _, card := range cards.NetworkInterfaces {
		all = append(all, resource{kind: "network interface", id: *card.NetworkInterfaceId, accounted: recorded.Serving})
	}
	return all, nil
}

// traffic returns the listener, which the recorded state accounts for while all visitors reach the
// slot that serves, and the preview rules. Both go with the load balancer.
func (env *environment) traffic(recorded release.Current) (all []resource, err error) {
	found, err := balancer.Find(env.ctx, env.Clients.ELB, env.Settings.Environment)
	if err != nil || found == nil || !recorded.Serving {
		return nil, err
	}
	listener, err := balancer.Entrance(env.ctx, env.Clients.ELB, *found.LoadBalancerArn)
	if err != nil || listener == nil {
		return nil, err
	}
	all = append(all, resource{kind: "listener", id: *listener.ListenerArn, accounted: balancer.ServesOnly(env.Settings, listener.DefaultActions[0], recorded.Serves())})
	previews, err := balancer.Previews(env.ctx, env.Clients.ELB, *listener.ListenerArn)
	for _, rule := range previews {
		all = append(all, resource{kind: "preview rule", id: *rule.RuleArn})
	}
	return all, err
}

func (env *environment) alarms(recorded release.Current) (all []resource, err error) {
	out, err := env.Clients.CloudWatch.DescribeAlarms(env.ctx, &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		return nil, err
	}
	for _, alarm := range out.MetricAlarms {
		slot, kind := env.Settings.Environment.AlarmOf(*alarm.AlarmName)
		isOfWhatServes := slot == recorded.Serves() || kind == release.BalancerErrors || kind == release.Unvisited
		all = append(all, resource{kind: "alarm", id: *alarm.AlarmName, accounted: recorded.Serving && isOfWhatServes})
	}
	return all, nil
}

func (env *environment) schedules(recorded release.Current) (all []resource, err error) {
	found, err := inventory.TTLSchedules(env.ctx, env.Clients.Scheduler, env.Settings.Environment)
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		isOwn := inventory.IsOf(env.Settings.Environment, one, recorded.Release)
		all = append(all, resource{kind: "schedule", id: one.ID, accounted: recorded.Serving && isOwn})
	}
	return all, nil
}

// unaccountedFor returns the resources that the recorded state does not account for.
func unaccountedFor(all []resource) []resource {
	return slices.DeleteFunc(slices.Clone(all), func(one resource) bool { return one.accounted })
}

func joinNames(all []resource) string {
	var names []string
	for _, one := range all {
		names = append(names, one.String())
	}
	return strings.Join(names, ", ")
}
