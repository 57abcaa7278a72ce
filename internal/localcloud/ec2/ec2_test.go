package ec2_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

const (
	base   = "ami-base"
	zoneA  = "us-east-1a"
	zoneB  = "us-east-1b"
	public = "subnet-a"
	other  = "subnet-b"
)

// cloud is EC2 alone, with a real SDK client.
type cloud struct {
	*testing.T
	fabric  *fabric.Fabric
	service *ec2.Service
	client  *awsec2.Client
}

func inCloud(t *testing.T, behave func(machine.Spec) machine.Behavior, test func(c cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		c := cloud{t, f, ec2.New(f, machine.NewSimulated(behave)), awsec2.NewFromConfig(f.Config())}
		f.Do(func() {
			c.service.AddSubnet(public, zoneA)
			c.service.AddSubnet(other, zoneB)
			c.service.SetBaseImage(base)
		})
		test(c)
	})
}

func builder(token string) *awsec2.RunInstancesInput {
	return &awsec2.RunInstancesInput{
		ImageId: aws.String(base), InstanceType: types.InstanceTypeT4gSmall, SubnetId: aws.String(public),
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String(token),
		InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorTerminate,
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tags(
			release.TagRole, release.RoleBuilder, release.TagRelease, "r-1", release.TagEnvironment, "main")}},
	}
}

func tags(pairs ...string) []types.Tag {
	var list []types.Tag
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, types.Tag{Key: aws.String(pair[0]), Value: aws.String(pair[1])})
	}
	return list
}

func (c cloud) run(in *awsec2.RunInstancesInput) string {
	c.Helper()
	out, err := c.client.RunInstances(c.Context(), in)
	if err != nil {
		c.Fatal(err)
	}
	return aws.ToString(out.Instances[0].InstanceId)
}

func (c cloud) state(id string) string {
	state := ""
	c.fabric.Do(func() {
		if i, known := c.service.Instance(id); known {
			state = i.State
		}
	})
	return state
}

func (c cloud) running(in *awsec2.RunInstancesInput) string {
	c.Helper()
	id := c.run(in)
	time.Sleep(time.Minute)
	if state := c.state(id); state != ec2.Running {
		c.Fatalf("instance is %s", state)
	}
	return id
}

func (c cloud) wantCode(want string, err error) {
	c.Helper()
	if got := codeOf(err); got != want {
		c.Errorf("error code %q (%v), want %q", got, err, want)
	}
}

func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// imageFrom bakes an image of a fresh builder and waits for it.
func (c cloud) imageFrom(name string) (image, instance string) {
	c.Helper()
	instance = c.running(builder("for " + name))
	image = c.create(instance, name)
	time.Sleep(10 * time.Minute)
	return image, instance
}

func (c cloud) create(instance, name string) string {
	c.Helper()
	out, err := c.client.CreateImage(c.Context(), &awsec2.CreateImageInput{
		InstanceId: aws.String(instance), Name: aws.String(name),
		TagSpecifications: []types.TagSpecification{
			{ResourceType: types.ResourceTypeImage, Tags: tags(release.TagEnvironment, "main", release.TagVersion, "1")},
			{ResourceType: types.ResourceTypeSnapshot, Tags: tags(release.TagEnvironment, "main")},
		},
	})
	if err != nil {
		c.Fatal(err)
	}
	return aws.ToString(out.ImageId)
}

func (c cloud) image(id string) *types.Image {
	c.Helper()
	out, err := c.client.DescribeImages(c.Context(), &awsec2.DescribeImagesInput{Owners: []string{"self"}, Filters: filters("image-id", id)})
	if err != nil {
		c.Fatal(err)
	}
	if len(out.Images) == 0 {
		return nil
	}
	return &out.Images[0]
}

func (c cloud) snapshots() []types.Snapshot {
	c.Helper()
	out, err := c.client.DescribeSnapshots(c.Context(), &awsec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: filters("tag:"+release.TagEnvironment, "main")})
	if err != nil {
		c.Fatal(err)
	}
	return out.Snapshots
}

func filters(pairs ...string) []types.Filter {
	var list []types.Filter
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, types.Filter{Name: aws.String(pair[0]), Values: []string{pair[1]}})
	}
	return list
}

func TestInstancePublishesItsStates(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		var events, watched []string
		c.fabric.Rule(func(e fabric.Event) bool { return e.DetailType == "EC2 Instance State-change Notification" }, func(e fabric.Event) {
			var detail map[string]string
			if err := json.Unmarshal(e.Detail, &detail); err != nil {
				c.Error(err)
			}
			c.fabric.Do(func() { events = append(events, detail["instance-id"]+" "+detail["state"]) })
		})
		c.fabric.Do(func() { c.service.OnState(func(id, state string) { watched = append(watched, id+" "+state) }) })
		id := c.running(builder("t"))
		if _, err := c.client.TerminateInstances(c.Context(), &awsec2.TerminateInstancesInput{InstanceIds: []string{id}}); err != nil {
			c.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []string{id + " pending", id + " running", id + " shutting-down", id + " terminated"}
		if !slices.Equal(events, want) || !slices.Equal(watched, want) {
			c.Errorf("events %v, watched %v, want %v", events, watched, want)
		}
		time.Sleep(2 * time.Hour)
		_, err := c.client.DescribeInstances(c.Context(), &awsec2.DescribeInstancesInput{InstanceIds: []string{id}})
		c.wantCode("InvalidInstanceID.NotFound", err)
	})
}

func TestRunInstancesIsIdempotentByItsToken(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		first := c.run(builder("token"))
		if again := c.run(builder("token")); again != first {
			c.Errorf("the second call made %s, the first %s", again, first)
		}
		if next := c.run(builder("another")); next == first {
			c.Error("another token gave the same instance")
		}
		elsewhere := builder("token")
		elsewhere.SubnetId = aws.String(other)
		_, err := c.client.RunInstances(c.Context(), elsewhere)
		c.wantCode("IdempotentParameterMismatch", err)
	})
}

func TestFailedLaunchKeepsItsTokenFree(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.fabric.Do(func() { c.service.SetCapacity(zoneA, false) })
		_, err := c.client.RunInstances(c.Context(), builder("token"))
		c.wantCode("InsufficientInstanceCapacity", err)
		c.fabric.Do(func() { c.service.SetCapacity(zoneA, true) })
		c.run(builder("token"))
	})
}

func TestRunInstancesRefusesBadInput(t *testing.T) {
	cases := map[string]struct {
		prepare func(*ec2.Service)
		change  func(*awsec2.RunInstancesInput)
		want    string
	}{
		"no such image":          {nil, func(in *awsec2.RunInstancesInput) { in.ImageId = aws.String("ami-0") }, "InvalidAMIID.NotFound"},
		"no such subnet":         {nil, func(in *awsec2.RunInstancesInput) { in.SubnetId = aws.String("subnet-0") }, "InvalidSubnetID.NotFound"},
		"no subnet":              {nil, func(in *awsec2.RunInstancesInput) { in.SubnetId = nil }, "InvalidSubnetID.NotFound"},
		"unknown type":           {nil, func(in *awsec2.RunInstancesInput) { in.InstanceType = "t9.huge" }, "InvalidParameterValue"},
		"type of another kind":   {nil, func(in *awsec2.RunInstancesInput) { in.InstanceType = "t3.small" }, "InvalidParameterValue"},
		"user data in the clear": {nil, func(in *awsec2.RunInstancesInput) { in.UserData = aws.String("#!/bin/sh") }, "InvalidUserData.Malformed"},
		"too much user data": {nil, func(in *awsec2.RunInstancesInput) {
			in.UserData = aws.String(base64.StdEncoding.EncodeToString(make([]byte, 16<<10+1)))
		}, "InvalidParameterValue"},
		"token too long": {nil, func(in *awsec2.RunInstancesInput) { in.ClientToken = aws.String(strings.Repeat("x", 65)) }, "InvalidClientToken"},
		"tags of what is not made": {nil, func(in *awsec2.RunInstancesInput) {
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeImage, Tags: tags("a", "b")}}
		}, "InvalidParameterValue"},
		"too long a tag": {nil, func(in *awsec2.RunInstancesInput) {
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tags("a", strings.Repeat("x", 257))}}
		}, "InvalidParameterValue"},
		"reserved tag": {nil, func(in *awsec2.RunInstancesInput) {
			in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tags("aws:x", "b")}}
		}, "InvalidTagKey.Malformed"},
		"a subnet beside an interface": {nil, func(in *awsec2.RunInstancesInput) {
			in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), SubnetId: in.SubnetId}}
		}, "InvalidParameterCombination"},
		"a security group beside an interface": {nil, func(in *awsec2.RunInstancesInput) {
			in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), SubnetId: in.SubnetId}}
			in.SubnetId, in.SecurityGroupIds = nil, []string{"sg-1"}
		}, "InvalidParameterCombination"},
		"not offered": {func(s *ec2.Service) { s.SetOffered("t4g.small", zoneA, false) }, nil, "Unsupported"},
		"no quota":    {func(s *ec2.Service) { s.SetVCPULimit(1) }, nil, "VcpuLimitExceeded"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			inCloud(t, nil, func(c cloud) {
				in := builder("token")
				if test.prepare != nil {
					c.fabric.Do(func() { test.prepare(c.service) })
				}
				if test.change != nil {
					test.change(in)
				}
				_, err := c.client.RunInstances(c.Context(), in)
				c.wantCode(test.want, err)
				c.fabric.Do(func() {
					if left := c.service.Instances(); len(left) > 0 {
						c.Errorf("a refused launch left %v", left)
					}
				})
			})
		})
	}
}

func TestVCPUsOfEndedInstancesAreFreeAgain(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.fabric.Do(func() { c.service.SetVCPULimit(2) })
		id := c.running(builder("1"))
		_, err := c.client.RunInstances(c.Context(), builder("2"))
		c.wantCode("VcpuLimitExceeded", err)
		c.fabric.Do(func() { c.service.Terminate(id) })
		c.run(builder("2"))
	})
}

func TestNewInstanceIsNotFoundDuringTheLag(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.fabric.Do(func() { c.service.SetLag(5 * time.Second) })
		in := &awsec2.DescribeInstancesInput{InstanceIds: []string{c.run(builder("t"))}}
		_, err := c.client.DescribeInstances(c.Context(), in)
		c.wantCode("InvalidInstanceID.NotFound", err)
		byTag, err := c.client.DescribeInstances(c.Context(), &awsec2.DescribeInstancesInput{Filters: filters("tag:"+release.TagRole, "*")})
		if err != nil || len(byTag.Reservations) != 0 {
			c.Errorf("by tag: %v, %v", byTag, err)
		}
		_, err = c.client.TerminateInstances(c.Context(), &awsec2.TerminateInstancesInput{InstanceIds: in.InstanceIds})
		c.wantCode("InvalidInstanceID.NotFound", err)
		time.Sleep(5 * time.Second)
		if _, err := c.client.DescribeInstances(c.Context(), in); err != nil {
			c.Error(err)
		}
	})
}

func TestInstancesAreFoundByFilters(t *testing.T) {
	cases := map[string]struct {
		filters []types.Filter
		want    int
	}{
		"all":                 {nil, 2},
		"by tag":              {filters("tag:"+release.TagRelease, "r-1"), 1},
		"by wildcard":         {filters("tag:"+release.TagRelease, "r-?"), 2},
		"a dot is no pattern": {filters("tag:"+release.TagRelease, "r.1"), 0},
		"every filter counts": {filters("tag:"+release.TagRelease, "r-*", "instance-state-name", "pending"), 1},
		"any value counts":    {[]types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}}, 2},
		"no such tag":         {filters("tag:unknown", "*"), 0},
	}
	inCloud(t, nil, func(c cloud) {
		c.running(builder("1"))
		second := builder("2")
		second.TagSpecifications[0].Tags = tags(release.TagRelease, "r-2")
		c.run(second)
		for name, test := range cases {
			out, err := c.client.DescribeInstances(c.Context(), &awsec2.DescribeInstancesInput{Filters: test.filters})
			if err != nil || len(out.Reservations) != test.want {
				c.Errorf("%s: %d found, %v; want %d", name, len(out.Reservations), err, test.want)
			}
		}
		_, err := c.client.DescribeInstances(c.Context(), &awsec2.DescribeInstancesInput{Filters: filters("color", "red")})
		c.wantCode("InvalidParameterValue", err)
	})
}

func TestInstanceShutdownFollowsItsBehavior(t *testing.T) {
	for behavior, want := range map[types.ShutdownBehavior]string{
		types.ShutdownBehaviorTerminate: ec2.Terminated,
		types.ShutdownBehaviorStop:      ec2.Stopped,
		"":                              ec2.Stopped,
	} {
		dies := func(machine.Spec) machine.Behavior { return machine.Behavior{Build: machine.BuilderDies} }
		inCloud(t, dies, func(c cloud) {
			in := builder("t")
			in.InstanceInitiatedShutdownBehavior = behavior
			id := c.running(in)
			time.Sleep(10 * time.Minute)
			if got := c.state(id); got != want {
				c.Errorf("with behavior %q the instance is %s, want %s", behavior, got, want)
			}
			c.fabric.Do(func() { c.service.Terminate(id) })
			if got := c.state(id); got != ec2.Terminated {
				c.Errorf("with behavior %q it cannot be terminated: %s", behavior, got)
			}
		})
	}
}

func TestKilledMachineEndsItsInstanceAtOnce(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		id := c.running(builder("t"))
		c.fabric.Do(func() { c.service.Kill(id) })
		if got := c.state(id); got != ec2.Terminated {
			c.Errorf("the instance is %s", got)
		}
	})
}

func TestPendingInstanceCanBeTerminatedAndNeverBoots(t *testing.T) {
	booted := 0
	inCloud(t, func(machine.Spec) machine.Behavior { booted++; return machine.Behavior{} }, func(c cloud) {
		id := c.run(builder("t"))
		c.fabric.Do(func() { c.service.Terminate(id) })
		time.Sleep(time.Minute)
		if got := c.state(id); got != ec2.Terminated || booted > 0 {
			c.Errorf("the instance is %s and booted %d times", got, booted)
		}
	})
}

// stubborn machines ignore Stop.
type stubborn struct {
	*machine.Simulated
	killed atomic.Int32
}

type deaf struct {
	machine.Machine
	kind *stubborn
}

func (k *stubborn) Boot(spec machine.Spec, host machine.Host) machine.Machine {
	return deaf{k.Simulated.Boot(spec, host), k}
}
func (deaf) Stop()   {}
func (d deaf) Kill() { d.kind.killed.Add(1) }

func TestMachineThatDoesNotStopIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		kind := &stubborn{Simulated: machine.NewSimulated(nil)}
		service := ec2.New(f, kind)
		f.Do(func() { service.AddSubnet(public, zoneA); service.SetBaseImage(base) })
		c := cloud{t, f, service, awsec2.NewFromConfig(f.Config())}
		id := c.running(builder("t"))
		f.Do(func() { service.Terminate(id) })
		time.Sleep(time.Minute)
		if got := c.state(id); got != ec2.ShuttingDown {
			t.Errorf("after a minute the instance is %s", got)
		}
		time.Sleep(2 * time.Minute)
		if got := c.state(id); got != ec2.Terminated || kind.killed.Load() != 1 {
			t.Errorf("in the end it is %s, killed %d times", got, kind.killed.Load())
		}
	})
}

func TestImageBecomesAvailableWithItsSnapshot(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		id := c.create(c.running(builder("t")), "gallery")
		if image := c.image(id); image.State != types.ImageStatePending {
			c.Errorf("at first the image is %s", image.State)
		}
		time.Sleep(90 * time.Second)
		if one := c.snapshots()[0]; aws.ToString(one.Progress) != "50%" || one.State != types.SnapshotStatePending {
			c.Errorf("half way the snapshot is %s, %s", one.State, aws.ToString(one.Progress))
		}
		time.Sleep(90 * time.Second)
		synctest.Wait()
		image, one := c.image(id), c.snapshots()[0]
		if image.State != types.ImageStateAvailable || one.State != types.SnapshotStateCompleted || aws.ToString(one.Progress) != "100%" {
			c.Errorf("in the end: image %s, snapshot %s %s", image.State, one.State, aws.ToString(one.Progress))
		}
		if aws.ToString(image.BlockDeviceMappings[0].Ebs.SnapshotId) != aws.ToString(one.SnapshotId) {
			c.Error("the image does not name its snapshot")
		}
	})
}

func TestImageFailsOnAnUnreadableDisk(t *testing.T) {
	inCloud(t, func(machine.Spec) machine.Behavior { return machine.Behavior{CaptureFails: true} }, func(c cloud) {
		id, _ := c.imageFrom("gallery")
		image := c.image(id)
		if image.State != types.ImageStateFailed || image.StateReason == nil {
			c.Fatalf("the image is %s, %v", image.State, image.StateReason)
		}
		if one := c.snapshots()[0]; one.State != types.SnapshotStateError {
			c.Errorf("the snapshot is %s", one.State)
		}
		in := builder("from it")
		in.ImageId = aws.String(id)
		_, err := c.client.RunInstances(c.Context(), in)
		c.wantCode("InvalidAMIID.Unavailable", err)
	})
}

func TestImageFailsWhenItsBuilderEndsTooEarly(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		instance := c.running(builder("t"))
		id := c.create(instance, "gallery")
		c.fabric.Do(func() { c.service.Terminate(instance) })
		time.Sleep(10 * time.Minute)
		if image := c.image(id); image.State != types.ImageStateFailed {
			c.Errorf("the image is %s", image.State)
		}
	})
}

func TestNewImageIsNotFoundDuringTheLag(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		instance := c.running(builder("t"))
		c.fabric.Do(func() { c.service.SetLag(5 * time.Second) })
		in := &awsec2.DescribeImagesInput{ImageIds: []string{c.create(instance, "gallery")}}
		_, err := c.client.DescribeImages(c.Context(), in)
		c.wantCode("InvalidAMIID.NotFound", err)
		if out, err := c.client.DescribeImages(c.Context(), &awsec2.DescribeImagesInput{}); err != nil || len(out.Images) != 1 {
			c.Errorf("listed %v, %v; want Amazon's alone", out, err)
		}
		_, err = c.client.CreateImage(c.Context(), &awsec2.CreateImageInput{InstanceId: aws.String(instance), Name: aws.String("gallery")})
		c.wantCode("InvalidAMIName.Duplicate", err)
		time.Sleep(5 * time.Second)
		if _, err := c.client.DescribeImages(c.Context(), in); err != nil {
			c.Error(err)
		}
	})
}

func TestImagesTellTheirStateAsEvents(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		var details []string
		c.fabric.Rule(func(e fabric.Event) bool { return e.DetailType == "EC2 AMI State Change" }, func(e fabric.Event) {
			c.fabric.Do(func() { details = append(details, string(e.Detail)) })
		})
		id, _ := c.imageFrom("gallery")
		want := []string{`{"ErrorMessage":"","ImageId":"` + id + `","State":"available"}`}
		c.fabric.Do(func() {
			if !slices.Equal(details, want) {
				c.Errorf("events %v, want %v", details, want)
			}
		})
	})
}

func TestDurationsFollowThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(60)
		defer f.Close()
		service := ec2.New(f, machine.NewSimulated(nil))
		f.Do(func() { service.AddSubnet(public, zoneA); service.SetBaseImage(base) })
		c := cloud{t, f, service, awsec2.NewFromConfig(f.Config())}
		instance := c.run(builder("t"))
		time.Sleep(time.Second)
		if got := c.state(instance); got != ec2.Running {
			c.Fatalf("the instance is %s after a second", got)
		}
		id := c.create(instance, "gallery")
		time.Sleep(4 * time.Second)
		if image := c.image(id); image.State != types.ImageStateAvailable {
			c.Errorf("the image is %s after four seconds", image.State)
		}
	})
}

func TestImageNamesAreUniqueUntilDeregistered(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		image, instance := c.imageFrom("gallery")
		in := &awsec2.CreateImageInput{InstanceId: aws.String(instance), Name: aws.String("gallery")}
		_, err := c.client.CreateImage(c.Context(), in)
		c.wantCode("InvalidAMIName.Duplicate", err)
		if _, err := c.client.DeregisterImage(c.Context(), &awsec2.DeregisterImageInput{ImageId: aws.String(image)}); err != nil {
			c.Fatal(err)
		}
		if _, err = c.client.CreateImage(c.Context(), in); err != nil {
			c.Error(err)
		}
		in.Name = aws.String("a:b")
		_, err = c.client.CreateImage(c.Context(), in)
		c.wantCode("InvalidAMIName.Malformed", err)
	})
}

func TestCreateImageNeedsALiveInstance(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		id := c.running(builder("t"))
		c.fabric.Do(func() { c.service.Kill(id) })
		_, err := c.client.CreateImage(c.Context(), &awsec2.CreateImageInput{InstanceId: aws.String(id), Name: aws.String("gallery")})
		c.wantCode("InvalidParameterValue", err)
		_, err = c.client.CreateImage(c.Context(), &awsec2.CreateImageInput{InstanceId: aws.String("i-0"), Name: aws.String("gallery")})
		c.wantCode("InvalidInstanceID.NotFound", err)
	})
}

func TestDeregisteringLeavesTheSnapshotUnlessToldOtherwise(t *testing.T) {
	for name, test := range map[string]struct {
		delete, works bool
		code          types.SnapshotReturnCodes
		left          int
	}{
		"left":            {false, true, "", 1},
		"deleted":         {true, true, types.SnapshotReturnCodesSuccess, 0},
		"deletion failed": {true, false, types.SnapshotReturnCodesErrorCodeInternalError, 1},
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, nil, func(c cloud) {
				image, _ := c.imageFrom("gallery")
				c.fabric.Do(func() { c.service.SetSnapshotDeletion(test.works) })
				held := c.snapshots()[0].SnapshotId
				_, err := c.client.DeleteSnapshot(c.Context(), &awsec2.DeleteSnapshotInput{SnapshotId: held})
				c.wantCode("InvalidSnapshot.InUse", err)
				out, err := c.client.DeregisterImage(c.Context(), &awsec2.DeregisterImageInput{
					ImageId: aws.String(image), DeleteAssociatedSnapshots: aws.Bool(test.delete),
				})
				if err != nil {
					c.Fatal(err)
				}
				if test.delete && out.DeleteSnapshotResults[0].ReturnCode != test.code {
					c.Errorf("result %v", out.DeleteSnapshotResults[0].ReturnCode)
				}
				if left := len(c.snapshots()); left != test.left {
					c.Errorf("%d snapshots left, want %d", left, test.left)
				}
				_, err = c.client.DeleteSnapshot(c.Context(), &awsec2.DeleteSnapshotInput{SnapshotId: held})
				if want := map[int]string{0: "InvalidSnapshot.NotFound"}[test.left]; codeOf(err) != want {
					c.Errorf("deleting the snapshot by itself: %v", err)
				}
			})
		})
	}
}

func TestDeregisteredImageIsHiddenThenUnknown(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		image, _ := c.imageFrom("gallery")
		in := builder("from it")
		in.ImageId = aws.String(image)
		child := c.running(in)
		deregister := &awsec2.DeregisterImageInput{ImageId: aws.String(image)}
		if _, err := c.client.DeregisterImage(c.Context(), deregister); err != nil {
			c.Fatal(err)
		}
		_, err := c.client.DeregisterImage(c.Context(), deregister)
		c.wantCode("InvalidAMIID.Unavailable", err)
		byID := &awsec2.DescribeImagesInput{ImageIds: []string{image}}
		if out, err := c.client.DescribeImages(c.Context(), byID); err != nil || len(out.Images) > 0 {
			c.Errorf("described as %v, %v; want nothing and no error", out, err)
		}
		c.fabric.Do(func() { c.service.Kill(child) })
		_, err = c.client.DescribeImages(c.Context(), byID)
		c.wantCode("InvalidAMIID.NotFound", err)
	})
}

// remembering notes which contents were given back.
type remembering struct {
	*machine.Simulated
	discarded atomic.Int32
}

func (k *remembering) Discard(any) { k.discarded.Add(1) }

func TestContentIsDiscardedOnceNothingWillBootFromIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		kind := &remembering{Simulated: machine.NewSimulated(nil)}
		service := ec2.New(f, kind)
		f.Do(func() { service.AddSubnet(public, zoneA); service.SetBaseImage(base) })
		c := cloud{t, f, service, awsec2.NewFromConfig(f.Config())}
		image, _ := c.imageFrom("gallery")
		in := builder("pending")
		in.ImageId = aws.String(image)
		child := c.run(in)
		if _, err := c.client.DeregisterImage(c.Context(), &awsec2.DeregisterImageInput{ImageId: aws.String(image)}); err != nil {
			t.Fatal(err)
		}
		if kind.discarded.Load() != 0 {
			t.Error("discarded while an instance has yet to boot from it")
		}
		time.Sleep(time.Minute)
		if c.state(child) != ec2.Running || kind.discarded.Load() != 1 {
			t.Errorf("the instance is %s, discarded %d times", c.state(child), kind.discarded.Load())
		}
	})
}

func TestAmazonsImagesAreNotOursToDeregister(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		_, err := c.client.DeregisterImage(c.Context(), &awsec2.DeregisterImageInput{ImageId: aws.String(base)})
		c.wantCode("AuthFailure", err)
		if c.image(base) != nil {
			c.Error("Amazon's image is listed as our own")
		}
		out, err := c.client.DescribeImages(c.Context(), &awsec2.DescribeImagesInput{Owners: []string{"amazon"}})
		if err != nil || len(out.Images) != 1 {
			c.Errorf("Amazon's images: %v, %v", out, err)
		}
	})
}

func (c cloud) template(image string) *types.LaunchTemplate {
	c.Helper()
	out, err := c.client.CreateLaunchTemplate(c.Context(), c.templateInput(image))
	if err != nil {
		c.Fatal(err)
	}
	return out.LaunchTemplate
}

func (c cloud) templateInput(image string) *awsec2.CreateLaunchTemplateInput {
	return &awsec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("photogallery-main"), ClientToken: aws.String("template"), VersionDescription: aws.String("r-1"),
		TagSpecifications:  []types.TagSpecification{{ResourceType: types.ResourceTypeLaunchTemplate, Tags: tags(release.TagEnvironment, "main")}},
		LaunchTemplateData: templateData(image),
	}
}

func templateData(image string) *types.RequestLaunchTemplateData {
	return &types.RequestLaunchTemplateData{
		ImageId: aws.String(image), InstanceType: types.InstanceTypeT4gSmall,
		UserData:        aws.String(base64.StdEncoding.EncodeToString([]byte("BUCKET=photos"))),
		MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: types.LaunchTemplateHttpTokensStateRequired},
		TagSpecifications: []types.LaunchTemplateTagSpecificationRequest{
			{ResourceType: types.ResourceTypeInstance, Tags: tags(release.TagRole, release.RoleFleet, "Name", "template's")},
			{ResourceType: types.ResourceTypeVolume, Tags: tags("Name", "a volume's")},
		},
	}
}

func TestInstanceFollowsItsLaunchTemplate(t *testing.T) {
	var booted machine.Spec
	behave := func(spec machine.Spec) machine.Behavior {
		if spec.Role == release.RoleFleet {
			booted = spec
		}
		return machine.Behavior{}
	}
	inCloud(t, behave, func(c cloud) {
		image, bakedOn := c.imageFrom("gallery")
		template := c.template(image)
		var id string
		var err error
		c.fabric.Do(func() {
			id, err = c.service.Launch(ec2.LaunchSpec{
				TemplateID: aws.ToString(template.LaunchTemplateId), Version: "$Latest", Subnet: other,
				Tags: map[string]string{"Name": "the group's", "aws:autoscaling:groupName": "g"},
			})
		})
		if err != nil {
			c.Fatal(err)
		}
		time.Sleep(time.Minute)
		var instance ec2.Instance
		c.fabric.Do(func() { instance, _ = c.service.Instance(id) })
		wantTags := map[string]string{release.TagRole: release.RoleFleet, "Name": "the group's", "aws:autoscaling:groupName": "g"}
		if instance.TemplateVersion != "1" || instance.Zone != zoneB || instance.ImageID != image || !maps.Equal(instance.Tags, wantTags) {
			c.Errorf("launched %+v", instance)
		}
		content, _ := booted.Image.(machine.Spec)
		if booted.UserData != "BUCKET=photos" || booted.ImageTags[release.TagVersion] != "1" || content.InstanceID != bakedOn {
			c.Errorf("booted with %+v", booted)
		}
		request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, "http://"+id+"/", nil)
		if err != nil {
			c.Fatal(err)
		}
		response, err := instance.Machine.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusOK || response.Body.Close() != nil {
			c.Errorf("answered %v, %v", response, err)
		}
	})
}

func TestRunInstancesRefusesBadTemplates(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		instance := c.running(builder("t"))
		pending := c.create(instance, "gallery")
		template := aws.ToString(c.template(pending).LaunchTemplateId)
		for want, spec := range map[string]ec2.LaunchSpec{
			"InvalidLaunchTemplateId.NotFound":        {TemplateID: "lt-0", Version: "1", Subnet: public},
			"InvalidLaunchTemplateId.VersionNotFound": {TemplateID: template, Version: "7", Subnet: public},
			"InvalidAMIID.Unavailable":                {TemplateID: template, Version: "1", Subnet: public},
		} {
			var err error
			c.fabric.Do(func() { _, err = c.service.Launch(spec) })
			c.wantCode(want, err)
		}
	})
}

func TestSecurityGroupsBesideAnInterfaceAreRefusedAtTheLaunch(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		image, _ := c.imageFrom("gallery")
		in := c.templateInput(image)
		in.LaunchTemplateData.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{DeviceIndex: aws.Int32(0)}}
		in.LaunchTemplateData.SecurityGroupIds = []string{"sg-1"}
		out, err := c.client.CreateLaunchTemplate(c.Context(), in)
		if err != nil {
			c.Fatal(err) // it shows when something is launched
		}
		c.fabric.Do(func() {
			_, err = c.service.Launch(ec2.LaunchSpec{TemplateID: *out.LaunchTemplate.LaunchTemplateId, Version: "1", Subnet: public})
		})
		c.wantCode("InvalidParameterCombination", err)
	})
}

func TestTemplateTagsOnlyWhatALaunchMakes(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		for kind, want := range map[types.ResourceType]string{"image": "InvalidParameterValue", "snapshot": "InvalidParameterValue", "network-interface": ""} {
			in := c.templateInput(base)
			in.LaunchTemplateName, in.ClientToken = aws.String("for-"+string(kind)), nil
			in.LaunchTemplateData.TagSpecifications = []types.LaunchTemplateTagSpecificationRequest{{ResourceType: kind, Tags: tags("a", "b")}}
			_, err := c.client.CreateLaunchTemplate(c.Context(), in)
			c.wantCode(want, err)
		}
	})
}

func TestLaunchTemplateIsMadeOnceByItsToken(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		first := c.template(base)
		if again := c.template(base); aws.ToString(again.LaunchTemplateId) != aws.ToString(first.LaunchTemplateId) {
			c.Error("the same token made another template")
		}
		in := c.templateInput(base)
		in.VersionDescription = aws.String("r-2")
		_, err := c.client.CreateLaunchTemplate(c.Context(), in)
		c.wantCode("IdempotentParameterMismatch", err)
		in.ClientToken = aws.String("fresh")
		_, err = c.client.CreateLaunchTemplate(c.Context(), in)
		c.wantCode("InvalidLaunchTemplateName.AlreadyExistsException", err)
		in.LaunchTemplateName = aws.String("no spaces")
		_, err = c.client.CreateLaunchTemplate(c.Context(), in)
		c.wantCode("InvalidLaunchTemplateName.MalformedException", err)
	})
}

func (c cloud) addVersion(description string) *types.LaunchTemplateVersion {
	c.Helper()
	out, err := c.client.CreateLaunchTemplateVersion(c.Context(), &awsec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("photogallery-main"), LaunchTemplateData: templateData(base),
		VersionDescription: aws.String(description), ClientToken: aws.String(description),
	})
	if err != nil {
		c.Fatal(err)
	}
	return out.LaunchTemplateVersion
}

func (c cloud) versions() []int64 {
	c.Helper()
	out, err := c.client.DescribeLaunchTemplateVersions(c.Context(), &awsec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: aws.String("photogallery-main"),
	})
	if err != nil {
		c.Fatal(err)
	}
	var numbers []int64
	for _, version := range out.LaunchTemplateVersions {
		numbers = append(numbers, aws.ToInt64(version.VersionNumber))
	}
	return numbers
}

func TestVersionsOfALaunchTemplate(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.template(base)
		c.addVersion("r-2")
		if again := c.addVersion("r-2"); aws.ToInt64(again.VersionNumber) != 2 {
			c.Errorf("the same token made version %d", aws.ToInt64(again.VersionNumber))
		}
		third := c.addVersion("r-3")
		if data := third.LaunchTemplateData; data.MetadataOptions.HttpTokens != types.LaunchTemplateHttpTokensStateRequired || aws.ToString(data.ImageId) != base {
			c.Errorf("version 3 is described as %+v", data)
		}
		if got := c.versions(); !slices.Equal(got, []int64{3, 2, 1}) {
			c.Errorf("all versions: %v", got)
		}
	})
}

func TestVersionsAreDeletedButTheDefaultAndNumbersAreNotUsedAgain(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.template(base)
		c.addVersion("r-2")
		c.addVersion("r-3")
		out, err := c.client.DeleteLaunchTemplateVersions(c.Context(), &awsec2.DeleteLaunchTemplateVersionsInput{
			LaunchTemplateName: aws.String("photogallery-main"), Versions: []string{"1", "3", "9"},
		})
		if err != nil {
			c.Fatal(err)
		}
		var refused []types.LaunchTemplateErrorCode
		for _, failure := range out.UnsuccessfullyDeletedLaunchTemplateVersions {
			refused = append(refused, failure.ResponseError.Code)
		}
		if want := []types.LaunchTemplateErrorCode{"unexpectedError", "launchTemplateVersionDoesNotExist"}; !slices.Equal(refused, want) {
			c.Errorf("refused with %v, want %v", refused, want)
		}
		if fourth := c.addVersion("r-4"); aws.ToInt64(fourth.VersionNumber) != 4 {
			c.Errorf("the next version has number %d", aws.ToInt64(fourth.VersionNumber))
		}
		if _, err := c.client.ModifyLaunchTemplate(c.Context(), &awsec2.ModifyLaunchTemplateInput{
			LaunchTemplateName: aws.String("photogallery-main"), DefaultVersion: aws.String("4"),
		}); err != nil {
			c.Fatal(err)
		}
		listed, err := c.client.DescribeLaunchTemplates(c.Context(), &awsec2.DescribeLaunchTemplatesInput{})
		if err != nil || aws.ToInt64(listed.LaunchTemplates[0].DefaultVersionNumber) != 4 || aws.ToInt64(listed.LaunchTemplates[0].LatestVersionNumber) != 4 {
			c.Errorf("listed %v, %v", listed, err)
		}
		if got := c.versions(); !slices.Equal(got, []int64{4, 2, 1}) {
			c.Errorf("left: %v", got)
		}
	})
}

func TestDeletedLaunchTemplateIsGone(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		c.template(base)
		byName := aws.String("photogallery-main")
		listed, err := c.client.DescribeLaunchTemplates(c.Context(), &awsec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{*byName}})
		if err != nil || len(listed.LaunchTemplates) != 1 || aws.ToString(listed.LaunchTemplates[0].Tags[0].Value) != "main" {
			c.Errorf("listed %v, %v", listed, err)
		}
		if _, err := c.client.DeleteLaunchTemplate(c.Context(), &awsec2.DeleteLaunchTemplateInput{LaunchTemplateName: byName}); err != nil {
			c.Fatal(err)
		}
		_, err = c.client.DescribeLaunchTemplates(c.Context(), &awsec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{*byName}})
		c.wantCode("InvalidLaunchTemplateName.NotFoundException", err)
		_, err = c.client.DeleteLaunchTemplate(c.Context(), &awsec2.DeleteLaunchTemplateInput{LaunchTemplateId: aws.String("lt-0")})
		c.wantCode("InvalidLaunchTemplateId.NotFound", err)
	})
}

func TestNetworkInterfacesAreFoundByDescription(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		var mine string
		c.fabric.Do(func() {
			mine = c.service.AddInterface("ELB app/photogallery-main/50dc6c495c0c9188")
			c.service.AddInterface("ELB app/photogallery-mainland/50dc6c495c0c9188")
		})
		in := &awsec2.DescribeNetworkInterfacesInput{Filters: filters("description", "ELB app/photogallery-main/*")}
		out, err := c.client.DescribeNetworkInterfaces(c.Context(), in)
		if err != nil || len(out.NetworkInterfaces) != 1 || aws.ToString(out.NetworkInterfaces[0].NetworkInterfaceId) != mine {
			c.Errorf("found %v, %v", out, err)
		}
		c.fabric.Do(func() { c.service.RemoveInterface(mine); c.service.RemoveInterface(mine) })
		if out, err := c.client.DescribeNetworkInterfaces(c.Context(), in); err != nil || len(out.NetworkInterfaces) != 0 {
			c.Errorf("found %v, %v", out, err)
		}
	})
}

func TestSubnetsTellTheirZones(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		out, err := c.client.DescribeSubnets(c.Context(), &awsec2.DescribeSubnetsInput{SubnetIds: []string{other}})
		if err != nil || len(out.Subnets) != 1 || aws.ToString(out.Subnets[0].AvailabilityZone) != zoneB {
			c.Errorf("described %v, %v", out, err)
		}
		_, err = c.client.DescribeSubnets(c.Context(), &awsec2.DescribeSubnetsInput{SubnetIds: []string{"subnet-0"}})
		c.wantCode("InvalidSubnetID.NotFound", err)
	})
}

func TestInstanceTypesAndWhereTheyAreOffered(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		out, err := c.client.DescribeInstanceTypes(c.Context(), &awsec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"t4g.small"}})
		if err != nil || aws.ToInt32(out.InstanceTypes[0].VCpuInfo.DefaultVCpus) != 2 || out.InstanceTypes[0].ProcessorInfo.SupportedArchitectures[0] != "arm64" {
			c.Errorf("described %v, %v", out, err)
		}
		_, err = c.client.DescribeInstanceTypes(c.Context(), &awsec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"t9.huge"}})
		c.wantCode("InvalidInstanceType", err)
		c.fabric.Do(func() { c.service.SetOffered("t4g.small", zoneA, false) })
		offered, err := c.client.DescribeInstanceTypeOfferings(c.Context(), &awsec2.DescribeInstanceTypeOfferingsInput{
			LocationType: types.LocationTypeAvailabilityZone, Filters: filters("instance-type", "t4g.small"),
		})
		if err != nil || len(offered.InstanceTypeOfferings) != 1 || aws.ToString(offered.InstanceTypeOfferings[0].Location) != zoneB {
			c.Errorf("offered %v, %v", offered, err)
		}
	})
}

// TestAnswersAreCopies holds that a caller cannot change the cloud through what it was given.
func TestAnswersAreCopies(t *testing.T) {
	inCloud(t, nil, func(c cloud) {
		id := c.run(builder("t"))
		c.fabric.Do(func() {
			i, _ := c.service.Instance(id)
			i.Tags[release.TagRole] = "changed"
			if again, _ := c.service.Instance(id); again.Tags[release.TagRole] != release.RoleBuilder {
				c.Error("the instance's tags were changed from outside")
			}
		})
	})
}
