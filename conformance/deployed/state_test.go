//go:build conformance

package deployed

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	alarmtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/internal/release"
)

const environment release.Environment = "main"

// serves checks what a release has made, through the SDK and without the product's own code.
func (c *cloud) serves(name string) {
	c.Helper()
	image := c.servingImage()
	group := c.group()
	if group == nil {
		c.Error("there is no group")
		return
	}
	c.want("the group's bounds", []int32{*group.MinSize, *group.DesiredCapacity, *group.MaxSize}, []int32{2, 2, 5})
	c.want("its health check", aws.ToString(group.HealthCheckType), "ELB")
	c.want("its subnets", len(strings.Split(*group.VPCZoneIdentifier, ",")), 2)
	c.want("its target groups", len(group.TargetGroupARNs), 1)
	c.want("its instances", len(group.Instances), 2)
	c.want("its tag is carried over", slices.ContainsFunc(group.Tags, func(tag scalingtypes.TagDescription) bool {
		return *tag.Key == release.TagEnvironment && *tag.Value == string(environment) && *tag.PropagateAtLaunch
	}), true)
	c.launches(*group.LaunchTemplate.LaunchTemplateId, *group.LaunchTemplate.Version, name, image)
	c.entrance(group.TargetGroupARNs[0])
	c.scales()
	c.want("builders", c.builders(), 0)
}

func (c *cloud) want(what string, got, want any) {
	c.Helper()
	if !reflect.DeepEqual(got, want) {
		c.Errorf("%s: %v, want %v", what, got, want)
	}
}

// launches checks the launch template.
func (c *cloud) launches(template, version, name, image string) {
	c.Helper()
	out, err := c.EC2.DescribeLaunchTemplateVersions(c.Context(), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &template, Versions: []string{version}})
	if err != nil {
		c.Fatal(err)
	}
	found := out.LaunchTemplateVersions[0]
	data := found.LaunchTemplateData
	c.want("the template's release", aws.ToString(found.VersionDescription), name)
	c.want("its image", aws.ToString(data.ImageId), image)
	c.want("its metadata service", data.MetadataOptions.HttpTokens, types.LaunchTemplateHttpTokensStateRequired)
	c.want("its volume is encrypted", aws.ToBool(data.BlockDeviceMappings[0].Ebs.Encrypted), true)
	c.want("its instances have public addresses", aws.ToBool(data.NetworkInterfaces[0].AssociatePublicIpAddress), false)
	userData, err := base64.StdEncoding.DecodeString(aws.ToString(data.UserData))
	if err != nil {
		c.Error(err)
	}
	for _, secret := range []string{"AWS_SECRET", "upload-key="} {
		if strings.Contains(string(userData), secret) {
			c.Errorf("the user data has %s", secret)
		}
	}
}

// entrance checks load balancer, listener and target group.
func (c *cloud) entrance(targetGroup string) {
	c.Helper()
	balancers, err := c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}})
	if err != nil {
		c.Fatal(err)
	}
	found := balancers.LoadBalancers[0]
	c.want("the load balancer's scheme", found.Scheme, elbtypes.LoadBalancerSchemeEnumInternetFacing)
	c.want("its zones", len(found.AvailabilityZones), 2)
	c.want("its security groups", len(found.SecurityGroups), 1)
	listeners, err := c.ELB.DescribeListeners(c.Context(), &elb.DescribeListenersInput{LoadBalancerArn: found.LoadBalancerArn})
	if err != nil {
		c.Fatal(err)
	}
	c.want("listeners", len(listeners.Listeners), 1)
	c.want("the listener's port", *listeners.Listeners[0].Port, int32(80))
	c.want("where it leads", aws.ToString(listeners.Listeners[0].DefaultActions[0].TargetGroupArn), targetGroup)
	groups, err := c.ELB.DescribeTargetGroups(c.Context(), &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{targetGroup}})
	if err != nil {
		c.Fatal(err)
	}
	c.want("the target group's health check", aws.ToString(groups.TargetGroups[0].HealthCheckPath), "/")
	tags, err := c.ELB.DescribeTags(c.Context(), &elb.DescribeTagsInput{ResourceArns: []string{*found.LoadBalancerArn}})
	if err != nil {
		c.Fatal(err)
	}
	c.want("the load balancer's tag", slices.ContainsFunc(tags.TagDescriptions[0].Tags, func(tag elbtypes.Tag) bool {
		return *tag.Key == release.TagEnvironment && *tag.Value == string(environment)
	}), true)
}

// scales checks policies and alarms.
func (c *cloud) scales() {
	c.Helper()
	policies, err := c.AutoScaling.DescribePolicies(c.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: aws.String(environment.Name())})
	if err != nil {
		c.Fatal(err)
	}
	called := map[string]string{}
	for _, policy := range policies.ScalingPolicies {
		c.want("the kind of policy "+*policy.PolicyName, aws.ToString(policy.PolicyType), "StepScaling")
		called[*policy.PolicyARN] = *policy.PolicyName
	}
	alarms := map[string]string{}
	for _, alarm := range c.alarms() {
		alarms[*alarm.AlarmName] = strings.Join(alarm.AlarmActions, " ")
		for _, action := range alarm.AlarmActions {
			alarms[*alarm.AlarmName] = called[action]
		}
	}
	want := map[string]string{
		environment.Alarm(release.UnhealthyHosts): "", environment.Alarm(release.RequestsHigh): release.ScaleOutPolicy,
		environment.Alarm(release.CPUHigh): release.ScaleOutPolicy, environment.Alarm(release.Idle): release.ScaleInPolicy,
	}
	c.want("the policies that alarms call", alarms, want)
}

// alarms are the release's, without the stack's own, which tell a topic.
func (c *cloud) alarms() (own []alarmtypes.MetricAlarm) {
	c.Helper()
	out, err := c.CloudWatch.DescribeAlarms(c.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(environment.Name() + "-")})
	if err != nil {
		c.Fatal(err)
	}
	for _, alarm := range out.MetricAlarms {
		if len(alarm.AlarmActions) == 0 || !strings.Contains(alarm.AlarmActions[0], ":sns:") {
			own = append(own, alarm)
		}
	}
	return own
}

// servingImage is the one image there is, with its snapshot.
func (c *cloud) servingImage() string {
	c.Helper()
	images, snapshots := c.images()
	if len(images) != 1 || snapshots != 1 {
		c.Fatalf("there are %d images and %d snapshots, want one of each", len(images), snapshots)
	}
	found := images[0]
	c.want("the image's state", found.State, types.ImageStateAvailable)
	tags := map[string]string{}
	for _, tag := range found.Tags {
		tags[*tag.Key] = *tag.Value
	}
	c.want("its environment", tags[release.TagEnvironment], string(environment))
	for _, key := range []string{release.TagRelease, release.TagDigest, release.TagVersion, release.TagBundle, release.TagBase} {
		c.want("it has the tag "+key, tags[key] != "", true)
	}
	return *found.ImageId
}

func ours() []types.Filter {
	return []types.Filter{{Name: aws.String("tag:" + release.TagEnvironment), Values: []string{string(environment)}}}
}

func (c *cloud) images() (images []types.Image, snapshots int) {
	c.Helper()
	out, err := c.EC2.DescribeImages(c.Context(), &ec2.DescribeImagesInput{Filters: ours()})
	if err != nil {
		c.Fatal(err)
	}
	kept, err := c.EC2.DescribeSnapshots(c.Context(), &ec2.DescribeSnapshotsInput{Filters: ours()})
	if err != nil {
		c.Fatal(err)
	}
	return out.Images, len(kept.Snapshots)
}

// builders counts the instances that build, and live.
func (c *cloud) builders() int {
	c.Helper()
	return len(c.instances(release.RoleBuilder))
}

func (c *cloud) instances(role string) (ids []string) {
	c.Helper()
	out, err := c.EC2.DescribeInstances(c.Context(), &ec2.DescribeInstancesInput{Filters: append(ours(),
		types.Filter{Name: aws.String("tag:" + release.TagRole), Values: []string{role}},
		types.Filter{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}})})
	if err != nil {
		c.Fatal(err)
	}
	for _, reservation := range out.Reservations {
		for _, instance := range reservation.Instances {
			ids = append(ids, *instance.InstanceId)
		}
	}
	return ids
}

// group is nil where there is none.
func (c *cloud) group() *scalingtypes.AutoScalingGroup {
	c.Helper()
	out, err := c.AutoScaling.DescribeAutoScalingGroups(c.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{environment.Name()}})
	if err != nil {
		c.Fatal(err)
	}
	if len(out.AutoScalingGroups) == 0 {
		return nil
	}
	return &out.AutoScalingGroups[0]
}

// schedules are the names of the environment's one-time schedules, with their expressions.
func (c *cloud) schedules() map[string]string {
	c.Helper()
	out, err := c.Scheduler.ListSchedules(c.Context(), &scheduler.ListSchedulesInput{GroupName: aws.String(environment.Name()), NamePrefix: aws.String(environment.TTLSchedule())})
	if err != nil {
		c.Fatal(err)
	}
	found := map[string]string{}
	for _, summary := range out.Schedules {
		one, err := c.Scheduler.GetSchedule(c.Context(), &scheduler.GetScheduleInput{GroupName: aws.String(environment.Name()), Name: summary.Name})
		if err != nil {
			c.Fatal(err)
		}
		found[*summary.Name] = *one.ScheduleExpression
	}
	return found
}

// nothing checks that nothing is left of a release but its images.
func (c *cloud) nothing(images int) {
	c.Helper()
	c.want("a group is left", c.group() != nil, false)
	balancers, err := c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{})
	if err != nil {
		c.Fatal(err)
	}
	c.want("load balancers", len(balancers.LoadBalancers), 0)
	c.want("alarms", len(c.alarms()), 0)
	templates, err := c.EC2.DescribeLaunchTemplates(c.Context(), &ec2.DescribeLaunchTemplatesInput{Filters: ours()})
	if err != nil {
		c.Fatal(err)
	}
	c.want("launch templates", len(templates.LaunchTemplates), 0)
	c.want("instances that build", c.builders(), 0)
	c.want("instances that serve", len(c.instances(release.RoleFleet)), 0)
	c.want("schedules", len(c.schedules()), 0)
	kept, snapshots := c.images()
	c.want("images and snapshots", []int{len(kept), snapshots}, []int{images, images})
}
