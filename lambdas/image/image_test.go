package image_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/image"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const base = "ami-00000000"

func planOf(name string) release.Plan {
	return release.Plan{
		Release: name, Version: "1.0", InstanceType: "t4g.small", MinSize: 2, MaxSize: 5,
		Digest: release.Digest("bundle", "recipe", "arm64"),
		Bundle: release.Bundle{Bucket: "photos", Key: "bundles/a.tar.gz", SHA256: strings.Repeat("a", 64)},
	}
}

type cloud struct {
	*testing.T
	fabric   *fabric.Fabric
	ec2      *ec2.Service
	clients  step.Clients
	settings step.Settings
	disk     *machine.Behavior // of machines that boot from now on
}

func inCloud(t *testing.T, test func(c cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		disk := &machine.Behavior{}
		c := cloud{
			T: t, fabric: f, disk: disk,
			ec2:      ec2.New(f, machine.NewSimulated(func(machine.Spec) machine.Behavior { return *disk })),
			clients:  step.NewClients(f.Config(), nil),
			settings: step.Settings{Environment: "main", Architecture: "arm64", Timings: step.DefaultTimings()},
		}
		f.Do(func() {
			c.ec2.SetBaseImage(base)
			c.ec2.AddSubnet("subnet-a", "us-east-1a")
		})
		test(c)
	})
}

// invoke gives the step's answer and the code of its failure.
func (c cloud) invoke(s step.Step, in any, out any) (release.Code, string) {
	c.Helper()
	payload, err := json.Marshal(in)
	if err != nil {
		c.Fatal(err)
	}
	answer, err := s.Handler(c.clients, c.settings, slog.New(slog.DiscardHandler)).Invoke(c.Context(), payload)
	var failure messages.InvokeResponse_Error
	if errors.As(err, &failure) {
		return release.Code(failure.Type), failure.Message
	}
	if err := json.Unmarshal(answer, out); err != nil {
		c.Fatal(err)
	}
	return "", ""
}

func (c cloud) find(plan release.Plan) image.Output {
	c.Helper()
	var out image.Output
	if code, message := c.invoke(image.FindImage, image.FindInput{Plan: plan}, &out); code != "" {
		c.Fatal(code, message)
	}
	return out
}

func (c cloud) create(plan release.Plan, instance string) image.Output {
	c.Helper()
	var out image.Output
	if code, message := c.invoke(image.CreateImage, image.CreateInput{Plan: plan, Instance: instance}, &out); code != "" {
		c.Fatal(code, message)
	}
	return out
}

func (c cloud) check(of image.Output) (image.Progress, release.Code, string) {
	c.Helper()
	var out image.Progress
	code, message := c.invoke(image.CheckImage, image.CheckInput{Image: of.Image, Deadline: of.Deadline}, &out)
	return out, code, message
}

// builder returns an instance that has booted.
func (c cloud) builder() string {
	c.Helper()
	out, err := c.clients.EC2.RunInstances(c.Context(), &awsec2.RunInstancesInput{
		ImageId: aws.String(base), InstanceType: "t4g.small", SubnetId: aws.String("subnet-a"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{
			{Key: aws.String(release.TagEnvironment), Value: aws.String("main")}, {Key: aws.String(release.TagRole), Value: aws.String(release.RoleBuilder)},
		}}},
	})
	if err != nil {
		c.Fatal(err)
	}
	time.Sleep(5 * time.Minute)
	return *out.Instances[0].InstanceId
}

// bake makes an image of a plan's content and waits until it is there, or has failed.
func (c cloud) bake(plan release.Plan) image.Output {
	c.Helper()
	made := c.create(plan, c.builder())
	time.Sleep(10 * time.Minute)
	return made
}

func (c cloud) images() []types.Image {
	c.Helper()
	out, err := c.clients.EC2.DescribeImages(c.Context(), &awsec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		c.Fatal(err)
	}
	return out.Images
}

func (c cloud) snapshots() []types.Snapshot {
	c.Helper()
	out, err := c.clients.EC2.DescribeSnapshots(c.Context(), &awsec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	if err != nil {
		c.Fatal(err)
	}
	return out.Snapshots
}

func TestImageIsMadeOnceAndBecomesAvailable(t *testing.T) {
	inCloud(t, func(c cloud) {
		plan := planOf("r1")
		if out := c.find(plan); out.State != image.Absent || out.Image != "" {
			t.Fatalf("got %+v", out)
		}
		builder := c.builder()
		made := c.create(plan, builder)
		if again := c.create(plan, builder); again.Image != made.Image || made.State != image.Pending {
			t.Errorf("got %+v after %+v", again, made)
		}
		if out := c.find(plan); out.State != image.Pending || out.Image != made.Image {
			t.Errorf("got %+v", out)
		}
		time.Sleep(time.Minute)
		progress, code, _ := c.check(made)
		if code != "" || progress.State != image.Pending || !strings.HasSuffix(progress.Progress, "%") || !progress.Deadline.Equal(made.Deadline) {
			t.Errorf("got %+v %s", progress, code)
		}
		time.Sleep(10 * time.Minute)
		if progress, _, _ := c.check(made); progress.State != image.Available || progress.Image != made.Image || progress.Progress != "100%" {
			t.Errorf("got %+v", progress)
		}
		if out := c.find(planOf("r2")); out.State != image.Available || out.Image != made.Image {
			t.Errorf("another release of the same content found %+v", out)
		}
		if n := len(c.images()); n != 1 {
			t.Errorf("%d images", n)
		}
	})
}

func TestImageAndSnapshotCarryWhereTheyComeFrom(t *testing.T) {
	inCloud(t, func(c cloud) {
		plan := planOf("r1")
		c.bake(plan)
		want := map[string]string{
			release.TagEnvironment: "main", release.TagRelease: "r1", release.TagDigest: plan.Digest,
			release.TagVersion: "1.0", release.TagBundle: plan.Bundle.URL(), release.TagBase: base,
		}
		for kind, tags := range map[string][]types.Tag{"image": c.images()[0].Tags, "snapshot": c.snapshots()[0].Tags} {
			got := map[string]string{}
			for _, tag := range tags {
				got[*tag.Key] = *tag.Value
			}
			for key, value := range want {
				if got[key] != value {
					t.Errorf("%s: tag %s is %q, want %q", kind, key, got[key], value)
				}
			}
		}
	})
}

func TestRebakeMakesANewImageForLaterReleases(t *testing.T) {
	inCloud(t, func(c cloud) {
		first := c.bake(planOf("r1"))
		again := planOf("r2")
		again.Rebake = true
		if out := c.find(again); out.State != image.Absent || out.Reason == "" {
			t.Fatalf("a rebake found %+v", out)
		}
		second := c.bake(again)
		if out := c.find(again); out.Image != second.Image || second.Image == first.Image {
			t.Errorf("the rebake's own image is %s, found %+v", second.Image, out)
		}
		if out := c.find(planOf("r3")); out.Image != second.Image {
			t.Errorf("the next release uses %s, not the newest, %s", out.Image, second.Image)
		}
	})
}

func TestOtherContentAndOtherEnvironmentsHaveTheirOwnImages(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.bake(planOf("r1"))
		other := planOf("r2")
		other.Digest = release.Digest("other", "recipe", "arm64")
		if out := c.find(other); out.State != image.Absent {
			t.Errorf("got %+v", out)
		}
		c.settings.Environment = "staging"
		if out := c.find(planOf("r3")); out.State != image.Absent {
			t.Errorf("got %+v", out)
		}
	})
}

func TestFailedImageIsReplacedNextTime(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.disk.CaptureFails = true
		broken := c.bake(planOf("r1"))
		_, code, message := c.check(broken)
		if code != release.ImageFailed || !strings.Contains(message, broken.Image) || !strings.Contains(message, "start the release again") {
			t.Errorf("got %s: %s", code, message)
		}
		if out := c.find(planOf("r2")); out.State != image.Absent {
			t.Errorf("a failed image is found: %+v", out)
		}
		c.disk.CaptureFails = false
		made := c.bake(planOf("r2"))
		if progress, _, _ := c.check(made); progress.State != image.Available {
			t.Errorf("got %+v", progress)
		}
		if images := c.images(); len(images) != 1 || *images[0].ImageId != made.Image {
			t.Errorf("%d images are left", len(images))
		}
	})
}

func TestImageOutOfTimeFails(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.settings.Timings.Image = time.Minute
		made := c.create(planOf("r1"), c.builder())
		time.Sleep(61 * time.Second)
		if _, code, message := c.check(made); code != release.ImageFailed || !strings.Contains(message, "still pending") {
			t.Errorf("got %s: %s", code, message)
		}
	})
}

func TestInvisibleImageIsPendingUntilItsDeadline(t *testing.T) {
	inCloud(t, func(c cloud) {
		const lag = time.Hour
		builder := c.builder()
		time.Sleep(lag) // the builder itself is seen
		c.fabric.Do(func() { c.ec2.SetLag(lag) })
		made := c.create(planOf("r1"), builder)
		if progress, code, _ := c.check(made); code != "" || progress.State != image.Pending || progress.Progress != "" {
			t.Errorf("got %+v %s", progress, code)
		}
		// A retry cannot see the image whose name is taken: it is to be tried again.
		if code, _ := c.invoke(image.CreateImage, image.CreateInput{Plan: planOf("r1"), Instance: builder}, &image.Output{}); code != release.StillInUse {
			t.Errorf("got %s", code)
		}
		time.Sleep(c.settings.Timings.Image + time.Second)
		if _, code, _ := c.check(made); code != release.ImageFailed {
			t.Errorf("got %q", code)
		}
	})
}

func TestMissingBuilderMakesNoImage(t *testing.T) {
	inCloud(t, func(c cloud) {
		if code, message := c.invoke(image.CreateImage, image.CreateInput{Plan: planOf("r1"), Instance: "i-0aaaaaaaaaaaaaaaa"}, &image.Output{}); code != release.BuilderDied {
			t.Errorf("got %s: %s", code, message)
		}
	})
}

func TestEndedBuilderMakesNoImage(t *testing.T) {
	inCloud(t, func(c cloud) {
		ended := c.builder()
		c.fabric.Do(func() { c.ec2.Terminate(ended) })
		time.Sleep(time.Minute)
		code, message := c.invoke(image.CreateImage, image.CreateInput{Plan: planOf("r1"), Instance: ended}, &image.Output{})
		if code != release.BuilderDied || !strings.Contains(message, ended+" is terminated") {
			t.Errorf("got %s: %s", code, message)
		}
	})
}

// EC2 lists a disabled image only when it is asked to, and keeps its name taken.
func TestDisabledImageIsRemade(t *testing.T) {
	inCloud(t, func(c cloud) {
		former := c.bake(planOf("r1"))
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			answer, err := next()
			if out, is := answer.(*awsec2.DescribeImagesOutput); is && err == nil {
				includes := aws.ToBool(call.Input.(*awsec2.DescribeImagesInput).IncludeDisabled)
				out.Images = slices.DeleteFunc(out.Images, func(i types.Image) bool { return *i.ImageId == former.Image && !includes })
				for i := range out.Images {
					if *out.Images[i].ImageId == former.Image {
						out.Images[i].State = types.ImageStateDisabled
					}
				}
			}
			return answer, err
		})
		if out := c.find(planOf("r2")); out.State != image.Absent {
			t.Fatalf("found %+v", out)
		}
		if made := c.bake(planOf("r2")); made.Image == former.Image || len(c.images()) != 1 || len(c.snapshots()) != 1 {
			t.Errorf("made %+v; there are %d images and %d snapshots", made, len(c.images()), len(c.snapshots()))
		}
	})
}

func TestForeignImageNameIsNotReused(t *testing.T) {
	inCloud(t, func(c cloud) {
		plan, builder := planOf("r1"), c.builder()
		_, err := c.clients.EC2.CreateImage(c.Context(), &awsec2.CreateImageInput{
			InstanceId: aws.String(builder), Name: aws.String(c.settings.Environment.ImageName(plan.Digest, "")),
		})
		if err != nil {
			t.Fatal(err)
		}
		code, message := c.invoke(image.CreateImage, image.CreateInput{Plan: plan, Instance: builder}, &image.Output{})
		if code != release.ImageFailed || !strings.Contains(message, "not Photogallery's") {
			t.Errorf("got %s: %s", code, message)
		}
	})
}

func TestRequestedImageMustBeOursAndAvailable(t *testing.T) {
	inCloud(t, func(c cloud) {
		ours := c.bake(planOf("r1"))
		pending := planOf("r2")
		pending.Digest = "pending"
		unready := c.create(pending, c.builder())
		plan := planOf("r3")
		plan.Image = ours.Image
		if out := c.find(plan); out.State != image.Available || out.Image != ours.Image {
			t.Errorf("got %+v", out)
		}
		for id, says := range map[string]string{
			"ami-0aaaaaaaaaaaaaaaa": "does not exist",
			base:                    "",
			unready.Image:           "is pending, not available",
		} {
			plan.Image = id
			code, message := c.invoke(image.FindImage, image.FindInput{Plan: plan}, &image.Output{})
			if code != release.ImageNotFound || !strings.Contains(message, says) || !strings.Contains(message, id) {
				t.Errorf("%s: got %s: %s", id, code, message)
			}
		}
		c.settings.Environment = "staging"
		plan.Image = ours.Image
		if code, message := c.invoke(image.FindImage, image.FindInput{Plan: plan}, &image.Output{}); code != release.ImageNotFound || !strings.Contains(message, "was not made by a release of environment staging") {
			t.Errorf("got %s: %s", code, message)
		}
	})
}
