package plan_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	balancers "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// foresees runs a request dry in a cloud with a load balancer or without, and compares all but the
// sentences.
func (c *cloud) foresees(request string, hasBalancer bool, want release.Forecast) {
	c.Helper()
	c.hasBalancer = hasBalancer
	got := c.mustPlan(request).Forecast
	if got == nil || len(got.Will) < 5 {
		c.Fatalf("%s: the forecast is %+v", request, got)
	}
	if diff := cmp.Diff(want, *got, cmpopts.IgnoreFields(release.Forecast{}, "Will")); diff != "" {
		c.Errorf("%s: %s", request, diff)
	}
}

func (c *cloud) describeLoadBalancers(*elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	if !c.hasBalancer {
		return nil, fabric.Errorf("LoadBalancerNotFound", "")
	}
	return &elb.DescribeLoadBalancersOutput{LoadBalancers: []balancers.LoadBalancer{{}}}, nil
}

func sized(n int32) *groups.AutoScalingGroup {
	return &groups.AutoScalingGroup{AutoScalingGroupName: aws.String("photogallery-main"), DesiredCapacity: aws.Int32(n)}
}

func TestDryRunForeseesTheFleet(t *testing.T) {
	const none = "there is no image of this content for arm64"
	leaving := sized(5)
	leaving.Status = aws.String("Delete in progress")
	left := sized(3)
	left.AutoScalingGroupName = aws.String("photogallery-main-green")
	bakes := release.Forecast{Bakes: true, Builder: "t4g.small", Reason: none, Slot: release.Blue, Fleet: release.FirstFleet}
	with := func(change func(*release.Forecast)) release.Forecast {
		changed := bakes
		change(&changed)
		return changed
	}
	for name, test := range map[string]struct {
		group       *groups.AutoScalingGroup
		request     string
		hasBalancer bool
		want        release.Forecast
	}{
		"the first":                              {nil, `{"dryRun": true}`, false, with(func(f *release.Forecast) { f.MakesLoadBalancer, f.Size, f.Launched, f.Most = true, 2, 2, 2 })},
		"a first one of one, beside its builder": {nil, `{"dryRun": true, "minSize": 1}`, true, with(func(f *release.Forecast) { f.Size, f.Launched, f.Most = 1, 1, 1 })},
		"while the last one is being deleted":    {leaving, `{"dryRun": true}`, true, with(func(f *release.Forecast) { f.Size, f.Launched, f.Most = 2, 2, 2 })},
		"beside one that an earlier run left":    {left, `{"dryRun": true}`, true, with(func(f *release.Forecast) { f.Size, f.Launched, f.Most, f.Left = 2, 2, 2, 3 })},
		"a second fleet": {sized(4), `{"dryRun": true}`, true, with(func(f *release.Forecast) {
			f.Fleet, f.Slot, f.Former, f.Running, f.Size, f.Launched, f.Ended, f.Most = release.SecondFleet, release.Green, release.Blue, 4, 4, 4, 4, 8
		})},
		"a second fleet that is smaller": {sized(4), `{"dryRun": true, "desired": 2}`, true, with(func(f *release.Forecast) {
			f.Fleet, f.Slot, f.Former, f.Running, f.Size, f.Launched, f.Ended, f.Most = release.SecondFleet, release.Green, release.Blue, 4, 2, 2, 4, 6
		})},
		"a fleet that is rolled": {sized(4), `{"dryRun": true, "strategy": "rolling"}`, true, with(func(f *release.Forecast) {
			f.Fleet, f.Running, f.Size, f.Launched, f.Ended, f.Most = release.RolledFleet, 4, 4, 4, 4, 8
		})},
		"one that grows after it is rolled": {sized(2), `{"dryRun": true, "strategy": "rolling", "desired": 5}`, true, with(func(f *release.Forecast) {
			f.Fleet, f.Running, f.Size, f.Launched, f.Ended, f.Most = release.RolledFleet, 2, 5, 5, 2, 5
		})},
		"one that shrinks after it is rolled": {sized(4), `{"dryRun": true, "strategy": "rolling", "desired": 2}`, true, with(func(f *release.Forecast) {
			f.Fleet, f.Running, f.Size, f.Launched, f.Ended, f.Most = release.RolledFleet, 4, 2, 4, 6, 8
		})},
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.group = test.group
				c.foresees(test.request, test.hasBalancer, test.want)
			})
		})
	}
}

func TestDryRunForeseesTheImage(t *testing.T) {
	inCloud(t, func(c *cloud) {
		first := release.Forecast{Fleet: release.FirstFleet, Slot: release.Blue, Size: 2, Launched: 2, Most: 2}
		with := func(image, reason string) release.Forecast {
			changed := first
			changed.Image, changed.Reason = image, reason
			if image == "" {
				changed.Bakes, changed.Builder = true, "t4g.small"
			}
			return changed
		}
		c.serves(release.Current{Digest: digestOf(bundleOf("own")), Image: "ami-0123456789abcdef0"})
		c.foresees(`{"dryRun": true}`, true, with("", "the image of this content that served, ami-0123456789abcdef0, is gone"))
		id := c.image(map[string]string{release.TagEnvironment: "main", release.TagDigest: digestOf(bundleOf("own"))})
		c.foresees(`{"dryRun": true}`, true, with(id, "it has this content"))
		c.foresees(`{"dryRun": true, "rebake": true}`, true, with("", "a new one is asked for"))
		c.foresees(`{"dryRun": true, "image": "`+id+`"}`, true, with(id, "the request names it"))
	})
}

// A folder's bundle is stored by the release itself, or by the command that starts it.
func TestDryRunNeedsNoStoredBundle(t *testing.T) {
	inCloud(t, func(c *cloud) {
		missing := bundleOf("new")
		want := release.Forecast{StoresBundle: true, Bakes: true, Builder: "t4g.small", Reason: "there is no image of this content for arm64", Fleet: release.FirstFleet, Slot: release.Blue, Size: 2, Launched: 2, Most: 2}
		c.foresees(`{"dryRun": true, "bundle": "`+missing.URL()+`"}`, true, want)
		c.refuses(`{"bundle": "`+missing.URL()+`"}`, release.InvalidRequest, "may read")
		foreign := missing
		foreign.Key = "elsewhere/" + missing.SHA256 + ".tar.gz"
		c.refuses(`{"dryRun": true, "bundle": "`+foreign.URL()+`"}`, release.InvalidRequest, "may read")
		c.settings.PackBundle = func(_ context.Context, _ string, dry bool) (release.Bundle, error) {
			if !dry {
				t.Error("a dry run stores the bundle")
			}
			return missing, nil
		}
		c.foresees(`{"dryRun": true, "bundle": "examples/lesson"}`, true, want)
	})
}

func TestDryRunNamesTheHolder(t *testing.T) {
	inCloud(t, func(c *cloud) {
		if err := records.WriteLock(c.Context(), c.clients.DynamoDB, table, "", records.Lock{Holder: "arn:aws:states:us-east-1:1:execution:m:r0", Release: "r0"}); err != nil {
			t.Fatal(err)
		}
		c.foresees(`{"dryRun": true}`, true, release.Forecast{Holder: "r0", Bakes: true, Builder: "t4g.small", Reason: "there is no image of this content for arm64", Fleet: release.FirstFleet, Slot: release.Blue, Size: 2, Launched: 2, Most: 2})
	})
}
