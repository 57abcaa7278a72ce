package autoscaling_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsautoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	awscloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	awselb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/autoscaling"
	"photogallery/internal/localcloud/cloudwatch"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/elb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

const (
	fleet       = "photogallery-main"
	targetGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/photogallery-main/1"
	warmup      = 2 * time.Minute
	zoneA       = "us-east-1a"
	zoneB       = "us-east-1b"
)

// targets is a load balancer whose health checks take a while and fail where broken says so.
type targets struct {
	fabric     *fabric.Fabric
	registered map[string]time.Time
	draining   map[string]bool
	broken     func(instance string) bool
	drainTime  time.Duration
}

func (t *targets) Register(_, instance string) { t.registered[instance] = time.Now() }

func (t *targets) Deregister(_, instance string, drained func()) {
	if _, known := t.registered[instance]; !known {
		drained()
		return
	}
	t.draining[instance] = true
	t.fabric.After(t.drainTime, func() {
		delete(t.registered, instance)
		delete(t.draining, instance)
		drained()
	})
}

func (t *targets) Health(_, instance string) string {
	since, known := t.registered[instance]
	switch {
	case !known:
		return ""
	case t.draining[instance]:
		return "draining"
	case time.Since(since) < 30*time.Second:
		return "initial"
	case t.broken(instance):
		return "unhealthy"
	}
	return "healthy"
}

type cloud struct {
	t         *testing.T
	fabric    *fabric.Fabric
	ec2       *ec2.Service
	alarms    *cloudwatch.Service
	targets   *targets     // nil where balancer is not
	balancer  *elb.Service // nil where targets is not
	attached  string       // the target group
	dimension string       // of the load balancer's metrics
	service   *autoscaling.Service
	api       *awsautoscaling.Client
	template  string
	broken    map[string]bool // launch template versions and instances that fail their health checks
	events    []string
}

// inCloud runs a test in virtual time, in a cloud with two zones and a launch template of three
// versions. Its load balancer is made up, so that the test decides what is healthy.
func inCloud(t *testing.T, test func(c *cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, nil)
		defer c.fabric.Close()
		c.targets = &targets{
			fabric: c.fabric, registered: map[string]time.Time{}, draining: map[string]bool{}, drainTime: 30 * time.Second,
			broken: func(id string) bool {
				instance, _ := c.ec2.Instance(id)
				return c.broken[id] || c.broken[instance.TemplateVersion]
			},
		}
		c.attached, c.service = targetGroup, autoscaling.New(c.fabric, c.ec2, c.targets, c.alarms)
		test(c)
	})
}

// inBalancedCloud runs a test in a cloud with the embedded load balancer, whose instances behave
// by their launch template version.
func inBalancedCloud(t *testing.T, behaviors map[string]machine.Behavior, test func(c *cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, func(spec machine.Spec) machine.Behavior { return behaviors[spec.Tags["version"]] })
		defer c.fabric.Close()
		c.balancer = elb.New(c.fabric, c.ec2, c.alarms)
		c.service = autoscaling.New(c.fabric, c.ec2, c.balancer, c.alarms)
		c.fabric.Do(func() { c.attached = c.balancer.AddTargetGroup(fleet, "/") })
		c.makeBalancer()
		test(c)
	})
}

func newCloud(t *testing.T, behave func(machine.Spec) machine.Behavior) *cloud {
	t.Helper()
	f := fabric.New(1)
	c := &cloud{
		t: t, fabric: f, broken: map[string]bool{}, ec2: ec2.New(f, machine.NewSimulated(behave)), alarms: cloudwatch.New(f),
		api: awsautoscaling.NewFromConfig(f.Config()),
	}
	f.Do(func() {
		c.ec2.SetBaseImage("ami-base")
		c.ec2.AddSubnet("subnet-a", zoneA)
		c.ec2.AddSubnet("subnet-b", zoneB)
	})
	f.Rule(func(e fabric.Event) bool { return e.Source == "aws.autoscaling" }, func(e fabric.Event) {
		f.Do(func() { c.events = append(c.events, e.DetailType) })
	})
	c.makeTemplate()
	return c
}

func (c *cloud) makeBalancer() {
	c.t.Helper()
	api := awselb.NewFromConfig(c.fabric.Config())
	made, err := api.CreateLoadBalancer(context.Background(), &awselb.CreateLoadBalancerInput{
		Name: aws.String(fleet), Subnets: []string{"subnet-a", "subnet-b"}, SecurityGroups: []string{"sg-1"},
	})
	c.must(err)
	_, err = api.CreateListener(context.Background(), &awselb.CreateListenerInput{
		LoadBalancerArn: made.LoadBalancers[0].LoadBalancerArn, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80),
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &c.attached}},
	})
	c.must(err)
	_, c.dimension, _ = strings.Cut(*made.LoadBalancers[0].LoadBalancerArn, ":loadbalancer/")
	time.Sleep(5 * time.Minute)
}

func (c *cloud) makeTemplate() {
	c.t.Helper()
	api := awsec2.NewFromConfig(c.fabric.Config())
	data := func(version string) *ec2types.RequestLaunchTemplateData {
		return &ec2types.RequestLaunchTemplateData{
			ImageId: aws.String("ami-base"), InstanceType: "t4g.small",
			TagSpecifications: []ec2types.LaunchTemplateTagSpecificationRequest{{
				ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("version"), Value: &version}},
			}},
		}
	}
	made, err := api.CreateLaunchTemplate(context.Background(), &awsec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(fleet), LaunchTemplateData: data("1"),
	})
	c.must(err)
	c.template = *made.LaunchTemplate.LaunchTemplateId
	for _, version := range []string{"2", "3"} {
		_, err := api.CreateLaunchTemplateVersion(context.Background(), &awsec2.CreateLaunchTemplateVersionInput{
			LaunchTemplateId: &c.template, LaunchTemplateData: data(version),
		})
		c.must(err)
	}
}

func (c *cloud) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) wantCode(want string, err error) {
	c.t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want {
		c.t.Errorf("got error %v, want code %s", err, want)
	}
}

func (c *cloud) create(least, most, desired int32, changes ...func(*awsautoscaling.CreateAutoScalingGroupInput)) {
	c.t.Helper()
	c.must(c.tryCreate(least, most, desired, changes...))
}

func (c *cloud) tryCreate(least, most, desired int32, changes ...func(*awsautoscaling.CreateAutoScalingGroupInput)) error {
	in := &awsautoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(fleet), MinSize: &least, MaxSize: &most, DesiredCapacity: &desired,
		LaunchTemplate:  &types.LaunchTemplateSpecification{LaunchTemplateId: &c.template, Version: aws.String("1")},
		HealthCheckType: aws.String("ELB"), HealthCheckGracePeriod: aws.Int32(int32(warmup.Seconds())),
		DefaultInstanceWarmup: aws.Int32(int32(warmup.Seconds())),
		VPCZoneIdentifier:     aws.String("subnet-a,subnet-b"), TargetGroupARNs: []string{c.attached},
		Tags: []types.Tag{
			{Key: aws.String("photogallery:environment"), Value: aws.String("main"), PropagateAtLaunch: aws.Bool(true)},
			{Key: aws.String("cost"), Value: aws.String("x"), PropagateAtLaunch: aws.Bool(false)},
		},
	}
	for _, change := range changes {
		change(in)
	}
	_, err := c.api.CreateAutoScalingGroup(context.Background(), in)
	return err
}

// serving makes a group whose instances have warmed up.
func (c *cloud) serving(least, most, desired int32, changes ...func(*awsautoscaling.CreateAutoScalingGroupInput)) {
	c.t.Helper()
	c.create(least, most, desired, changes...)
	time.Sleep(5 * time.Minute)
	if got := c.inService(); len(got) != int(desired) {
		c.t.Fatalf("%d instances in service, want %d", len(got), desired)
	}
}

func (c *cloud) group() *types.AutoScalingGroup {
	c.t.Helper()
	out, err := c.api.DescribeAutoScalingGroups(context.Background(), &awsautoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{fleet}})
	c.must(err)
	if len(out.AutoScalingGroups) == 0 {
		return nil
	}
	return &out.AutoScalingGroups[0]
}

func (c *cloud) inService() []types.Instance {
	c.t.Helper()
	return slices.DeleteFunc(slices.Clone(c.group().Instances), func(i types.Instance) bool { return i.LifecycleState != types.LifecycleStateInService })
}

// zones counts the instances that are not terminating.
func (c *cloud) zones() map[string]int {
	c.t.Helper()
	counts := map[string]int{}
	for _, i := range c.group().Instances {
		if i.LifecycleState != types.LifecycleStateTerminating {
			counts[*i.AvailabilityZone]++
		}
	}
	return counts
}

func (c *cloud) wantZones(a, b int) {
	c.t.Helper()
	want := map[string]int{zoneA: a, zoneB: b}
	maps.DeleteFunc(want, func(_ string, count int) bool { return count == 0 })
	if got := c.zones(); !maps.Equal(got, want) {
		c.t.Errorf("instances by zone: %v, want %v", got, want)
	}
}

func (c *cloud) wantDesired(want int32) {
	c.t.Helper()
	if got := *c.group().DesiredCapacity; got != want {
		c.t.Errorf("desired capacity %d, want %d", got, want)
	}
}

// wantVersions compares the launch template versions of the group and of its active instances.
func (c *cloud) wantVersions(group string, instances ...string) {
	c.t.Helper()
	found := c.group()
	var got []string
	for _, i := range found.Instances {
		if i.LifecycleState != types.LifecycleStateTerminating {
			got = append(got, *i.LaunchTemplate.Version)
		}
	}
	slices.Sort(got)
	if *found.LaunchTemplate.Version != group || !slices.Equal(got, instances) {
		c.t.Errorf("group on version %s, instances on %v; want %s and %v", *found.LaunchTemplate.Version, got, group, instances)
	}
}

func (c *cloud) activities() []types.Activity {
	c.t.Helper()
	out, err := c.api.DescribeScalingActivities(context.Background(), &awsautoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(fleet)})
	c.must(err)
	return out.Activities
}

// wantNeverBelow asserts what served since an instant.
func (c *cloud) wantNeverBelow(want int, since time.Time) {
	c.t.Helper()
	c.fabric.Do(func() {
		if least, ok := c.service.MinServing(fleet, since); !ok || least < want {
			c.t.Errorf("%d instances served at the worst, want %d: %+v", least, want, c.service.Capacities(fleet))
		}
	})
}

// alarm puts an alarm on a metric of its own, above 50 for a minute.
func (c *cloud) alarm(name string, actions ...string) {
	c.t.Helper()
	api := awscloudwatch.NewFromConfig(c.fabric.Config())
	_, err := api.PutMetricAlarm(context.Background(), &awscloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("test"), MetricName: &name, AlarmActions: actions,
		Statistic: cloudwatchtypes.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
		ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, Threshold: aws.Float64(50),
		TreatMissingData: aws.String("notBreaching"),
	})
	c.must(err)
}

// breach records a value for the alarm's metric in each of some minutes, and lets them pass.
func (c *cloud) breach(name string, value float64, minutes int) {
	for range minutes {
		c.fabric.Do(func() { c.alarms.Record(cloudwatch.Metric{Namespace: "test", Name: name}, value) })
		time.Sleep(time.Minute)
	}
}
