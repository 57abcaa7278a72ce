package plan_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	groups "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/quotas"
	"photogallery/internal/localcloud/s3"
	"photogallery/internal/localcloud/ssm"
	"photogallery/lambdas/plan"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	table  = "photogallery-main"
	bucket = "photogallery-main-photos"
	base   = "ami-00000000"
)

func bundleOf(name string) release.Bundle {
	sum := sha256.Sum256([]byte(name))
	sha := hex.EncodeToString(sum[:])
	return release.Bundle{Bucket: bucket, Key: "bundles/" + sha + ".tar.gz", SHA256: sha}
}

func digestOf(bundle release.Bundle) string {
	return release.Digest(bundle.SHA256, recipe.SHA256(), "arm64")
}

// cloud holds two bundles, "own" (the deployment's) and "other", and no group at first.
type cloud struct {
	*testing.T
	fabric   *fabric.Fabric
	ec2      *ec2.Service
	ssm      *ssm.Service
	clients  step.Clients
	settings step.Settings
	group    *groups.AutoScalingGroup // what is there to be described, or nil for no group

	hasBalancer bool
}

func inCloud(t *testing.T, test func(c *cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		c := &cloud{
			T: t, fabric: f, ssm: ssm.New(f), ec2: ec2.New(f, machine.NewSimulated(nil)), clients: step.NewClients(f.Config(), nil),
			settings: step.Settings{
				Environment: "main", Architecture: "arm64", Table: table, Bucket: bucket, DefaultBundle: bundleOf("own").URL(),
				BaseImageParameter: release.BaseImageParameter(release.ARM64), PublicSubnets: []string{"subnet-pa", "subnet-pb"}, PrivateSubnets: []string{"subnet-a", "subnet-b"},
			},
		}
		tables, objects := dynamodb.New(f), s3.New(f)
		quotas.New(f, c.ec2)
		fabric.Handle(f, "Auto Scaling", "DescribeAutoScalingGroups", c.describeGroups)
		fabric.Handle(f, "Elastic Load Balancing v2", "DescribeLoadBalancers", c.describeLoadBalancers)
		f.Do(func() {
			tables.AddTable(table, records.Key)
			objects.AddBucket(bucket, "")
			c.ec2.SetBaseImage(base)
			c.ssm.Set(release.BaseImageParameter(release.ARM64), base)
			for _, id := range slices.Concat(c.settings.PublicSubnets, c.settings.PrivateSubnets) {
				c.ec2.AddSubnet(id, "us-east-1"+id[len(id)-1:])
			}
		})
		for _, content := range []string{"own", "other"} {
			write := func(to io.Writer) error { _, err := io.WriteString(to, content); return err }
			if key, _, err := objects.Put(bucket, "bundles/", ".tar.gz", write); err != nil || key != bundleOf(content).Key {
				t.Fatalf("stored as %s, %v", key, err)
			}
		}
		test(c)
	})
}

func (c *cloud) describeGroups(in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	out := &autoscaling.DescribeAutoScalingGroupsOutput{}
	if c.group != nil && slices.Contains(in.AutoScalingGroupNames, aws.ToString(c.group.AutoScalingGroupName)) {
		out.AutoScalingGroups = append(out.AutoScalingGroups, *c.group)
	}
	return out, nil
}

func (c *cloud) plan(request string) (release.Plan, *messages.InvokeResponse_Error) {
	c.Helper()
	return c.planAs("r1", request)
}

func (c *cloud) planAs(name, request string) (release.Plan, *messages.InvokeResponse_Error) {
	c.Helper()
	payload, err := json.Marshal(map[string]any{"execution": "arn:aws:states:us-east-1:123456789012:execution:release:" + name, "release": name, "request": json.RawMessage(request)})
	if err != nil {
		c.Fatal(err)
	}
	answer, err := plan.Plan.Handler(c.clients, c.settings, slog.New(slog.DiscardHandler)).Invoke(c.Context(), payload)
	var failure messages.InvokeResponse_Error
	if errors.As(err, &failure) {
		return release.Plan{}, &failure
	}
	var made release.Plan
	if err := json.Unmarshal(answer, &made); err != nil {
		c.Fatal(err)
	}
	return made, nil
}

func (c *cloud) mustPlan(request string) release.Plan {
	c.Helper()
	made, failure := c.plan(request)
	if failure != nil {
		c.Fatal(failure.Type, failure.Message)
	}
	return made
}

// refuses asks for a failure with this code whose message has these words.
func (c *cloud) refuses(request string, code release.Code, words ...string) {
	c.Helper()
	made, failure := c.plan(request)
	if failure == nil || failure.Type != string(code) {
		c.Fatalf("%s: got %+v and %+v, want %s", request, made, failure, code)
	}
	for _, part := range words {
		if !strings.Contains(failure.Message, part) {
			c.Errorf("%q does not say %q", failure.Message, part)
		}
	}
}

func (c *cloud) serves(record release.Current) {
	c.Helper()
	if err := records.WriteCurrent(c.Context(), c.clients.DynamoDB, table, record); err != nil {
		c.Fatal(err)
	}
}

// image returns an available image with these tags.
func (c *cloud) image(tags map[string]string) string {
	c.Helper()
	run, err := c.clients.EC2.RunInstances(c.Context(), &awsec2.RunInstancesInput{
		ImageId: aws.String(base), InstanceType: "t4g.small", SubnetId: aws.String("subnet-pa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	if err != nil {
		c.Fatal(err)
	}
	time.Sleep(time.Minute)
	specification := types.TagSpecification{ResourceType: types.ResourceTypeImage}
	for key, value := range tags {
		specification.Tags = append(specification.Tags, types.Tag{Key: aws.String(key), Value: aws.String(value)})
	}
	made, err := c.clients.EC2.CreateImage(c.Context(), &awsec2.CreateImageInput{
		InstanceId: run.Instances[0].InstanceId, Name: aws.String("image of " + *run.Instances[0].InstanceId),
		TagSpecifications: []types.TagSpecification{specification},
	})
	if err != nil {
		c.Fatal(err)
	}
	time.Sleep(10 * time.Minute)
	c.fabric.Do(func() { c.ec2.Terminate(*run.Instances[0].InstanceId) })
	time.Sleep(10 * time.Minute)
	return *made.ImageId
}

func TestEmptyRequestReleasesTheDeployedBundle(t *testing.T) {
	for _, request := range []string{`{}`, `{"Comment": "Insert your JSON here"}`} {
		inCloud(t, func(c *cloud) {
			digest := digestOf(bundleOf("own"))
			want := release.Plan{
				Release: "r1", Version: release.Short(digest), Bundle: bundleOf("own"), Digest: digest,
				InstanceType: "t4g.small", MinSize: 2, MaxSize: 5,
				Strategy: release.BlueGreen, Traffic: []int{100}, BakeSeconds: 300, ApprovalWait: 15,
				Note: "version " + release.Short(digest) + ", 2 to 5 t4g.small",
			}
			if diff := cmp.Diff(want, c.mustPlan(request)); diff != "" {
				t.Errorf("%s: %s", request, diff)
			}
		})
	}
}

func TestPlanHoldsEveryGivenField(t *testing.T) {
	inCloud(t, func(c *cloud) {
		got := c.mustPlan(`{"version": "2.0", "bundle": "` + bundleOf("other").URL() + `", "rebake": true, "instanceType": "t4g.medium", "minSize": 1, "maxSize": 4, "desired": 3, "ttl": "90m", "wait": true,
			"traffic": [5, 50, 100], "hold": "10m", "bakeTime": "1h", "approval": true, "approvalTimeout": "8h"}`)
		want := release.Plan{
			Release: "r1", Version: "2.0", Bundle: bundleOf("other"), Digest: digestOf(bundleOf("other")), Rebake: true,
			InstanceType: "t4g.medium", MinSize: 1, MaxSize: 4, Desired: 3, TTLSeconds: 5400, Wait: true,
			Strategy: release.BlueGreen, Traffic: []int{5, 50, 100}, HoldSeconds: 600, BakeSeconds: 3600,
			Approval: true, ApprovalSeconds: 28800, ApprovalWait: 120,
			Note: "version 2.0, 1 to 4 t4g.medium",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPlanKeepsWhatTheRequestLeavesOut(t *testing.T) {
	// Virtual time begins with the year 2000.
	soon, past := "2001-01-01T00:00:00Z", "1999-01-01T00:00:00Z"
	former := release.Current{MinSize: 3, MaxSize: 4, InstanceType: "t4g.medium", TeardownAt: soon}
	with := func(change func(*release.Current)) release.Current {
		changed := former
		change(&changed)
		return changed
	}
	tests := map[string]struct {
		former  release.Current
		request string
		want    release.Plan
	}{
		"all":                      {former, `{}`, release.Plan{InstanceType: "t4g.medium", MinSize: 3, MaxSize: 4, TeardownAt: soon}},
		"but a size":               {former, `{"maxSize": 9}`, release.Plan{InstanceType: "t4g.medium", MinSize: 3, MaxSize: 9, TeardownAt: soon}},
		"but the type":             {former, `{"instanceType": "t4g.small"}`, release.Plan{InstanceType: "t4g.small", MinSize: 3, MaxSize: 4, TeardownAt: soon}},
		"but the ttl":              {former, `{"ttl": "2h"}`, release.Plan{InstanceType: "t4g.medium", MinSize: 3, MaxSize: 4, TTLSeconds: 7200}},
		"but any end":              {former, `{"ttl": "never"}`, release.Plan{InstanceType: "t4g.medium", MinSize: 3, MaxSize: 4}},
		"but an end that is over":  {with(func(c *release.Current) { c.TeardownAt = past }), `{}`, release.Plan{InstanceType: "t4g.medium", MinSize: 3, MaxSize: 4}},
		"but a type of other days": {with(func(c *release.Current) { c.InstanceType = "t3.small" }), `{}`, release.Plan{InstanceType: "t4g.small", MinSize: 3, MaxSize: 4, TeardownAt: soon}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.serves(test.former)
				plan := c.mustPlan(test.request)
				got := release.Plan{InstanceType: plan.InstanceType, MinSize: plan.MinSize, MaxSize: plan.MaxSize, TTLSeconds: plan.TTLSeconds, TeardownAt: plan.TeardownAt}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestRequestWithoutBundleReleasesTheLastOne(t *testing.T) {
	last := release.Current{Version: "1.7", Bundle: bundleOf("other"), Digest: digestOf(bundleOf("other")), DefaultBundle: bundleOf("own")}
	redeployed := last
	redeployed.DefaultBundle = bundleOf("a former deployment's")
	rebuilt := last
	rebuilt.Digest = "made by another recipe"
	tests := map[string]struct {
		last    release.Current
		own     string
		request string
		bundle  release.Bundle
		version string
	}{
		"released before":             {last, bundleOf("own").URL(), `{}`, bundleOf("other"), "1.7"},
		"deployed anew since":         {redeployed, bundleOf("own").URL(), `{}`, bundleOf("own"), release.Short(digestOf(bundleOf("own")))},
		"never released":              {release.Current{}, bundleOf("own").URL(), `{}`, bundleOf("own"), release.Short(digestOf(bundleOf("own")))},
		"by another recipe":           {rebuilt, bundleOf("own").URL(), `{}`, bundleOf("other"), release.Short(digestOf(bundleOf("other")))},
		"a deployment without bundle": {last, "", `{}`, bundleOf("other"), "1.7"},
		"its own again":               {last, bundleOf("own").URL(), `{"bundle": "own"}`, bundleOf("own"), release.Short(digestOf(bundleOf("own")))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.settings.DefaultBundle = test.own
				c.serves(test.last)
				got := c.mustPlan(test.request)
				if got.Bundle != test.bundle || got.Version != test.version {
					t.Errorf("got %s version %s", got.Bundle.URL(), got.Version)
				}
			})
		})
	}
}

func TestMissingBundleIsRefused(t *testing.T) {
	inCloud(t, func(c *cloud) {
		missing := release.Bundle{Bucket: bucket, Key: "bundles/missing.tar.gz", SHA256: strings.Repeat("0", 64)}
		c.refuses(`{"bundle": "`+missing.URL()+`"}`, release.InvalidRequest, "s3://"+bucket+"/bundles/missing.tar.gz", "gallery release --bundle")
		long := release.Bundle{Bucket: bucket, Key: strings.Repeat("k", 200), SHA256: strings.Repeat("0", 64)}
		c.refuses(`{"bundle": "`+long.URL()+`"}`, release.InvalidRequest, "shorter key")
		c.settings.DefaultBundle = ""
		c.refuses(`{}`, release.InvalidRequest, "bundle: left out, but nothing has been released yet")
		c.refuses(`{"bundle": "own"}`, release.InvalidRequest, "this deployment has none")
	})
}

func TestUnreadableBundleIsRefusedAsMissing(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "HeadObject" {
				return nil, fabric.Errorf("Forbidden", "")
			}
			return next()
		})
		c.refuses(`{}`, release.InvalidRequest, "may read")
	})
}

func TestBundleFolderNeedsAPacker(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.refuses(`{"bundle": "examples/lesson"}`, release.InvalidRequest, `"examples/lesson"`, "gallery release --bundle FOLDER")
		c.settings.PackBundle = func(_ context.Context, folder string, _ bool) (release.Bundle, error) {
			if filepath.Base(folder) != "lesson" {
				return release.Bundle{}, release.Errorf(release.InvalidRequest, "bundle: %q is no folder", folder)
			}
			return bundleOf("other"), nil
		}
		if got := c.mustPlan(`{"bundle": "examples/lesson"}`); got.Bundle != bundleOf("other") {
			t.Errorf("got %+v", got.Bundle)
		}
		c.refuses(`{"bundle": "examples/nothing"}`, release.InvalidRequest, `"examples/nothing" is no folder`)
	})
}

func TestImageBringsItsVersionAndBundle(t *testing.T) {
	inCloud(t, func(c *cloud) {
		id := c.image(map[string]string{
			release.TagEnvironment: "main", release.TagDigest: "d1", release.TagVersion: "0.9", release.TagBundle: bundleOf("other").URL(),
		})
		got := c.mustPlan(`{"image": "` + id + `"}`)
		if got.Image != id || got.Version != "0.9" || got.Digest != "d1" || got.Bundle != bundleOf("other") {
			t.Errorf("got %+v", got)
		}
		if got := c.mustPlan(`{"image": "` + id + `", "version": "back to 0.9"}`); got.Version != "back to 0.9" {
			t.Errorf("got %+v", got)
		}
		c.refuses(`{"image": "ami-0aaaaaaaaaaaaaaaa"}`, release.ImageNotFound, `"ami-0aaaaaaaaaaaaaaaa" does not exist`)
		foreign := c.image(map[string]string{release.TagEnvironment: "staging", release.TagDigest: "d1"})
		c.refuses(`{"image": "`+foreign+`"}`, release.ImageNotFound, "was not made by a release of environment main")
		c.settings.Architecture = "x86_64"
		c.refuses(`{"image": "`+id+`", "instanceType": "t3.small"}`, release.ImageNotFound, "is for arm64")
	})
}

func TestInstanceTypeMustFitAndBeOffered(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.refuses(`{"instanceType": "t3.small"}`, release.InvalidRequest, `"t3.small" is not for arm64`, "t4g.small")
		c.refuses(`{"instanceType": "t4g.nano"}`, release.InvalidRequest, `"t4g.nano" has 512 MiB`, "t4g.small")
		c.refuses(`{"instanceType": "q9.huge"}`, release.InvalidRequest, `"q9.huge" is not offered in us-east-1a and us-east-1b`)
		c.fabric.Do(func() { c.ec2.SetOffered("m7g.large", "us-east-1b", false) })
		c.refuses(`{"instanceType": "m7g.large"}`, release.InvalidRequest, `"m7g.large" is not offered in us-east-1b;`)
		c.settings.Architecture = "x86_64"
		if got := c.mustPlan(`{}`); got.InstanceType != "t3.small" {
			t.Errorf("got %s", got.InstanceType)
		}
	})
}

// In a VPC that the stack did not make, the subnets are whatever somebody gave.
func TestSubnetsOfAGivenVPCMustFit(t *testing.T) {
	for name, test := range map[string]struct {
		vpc    string
		public []string
		words  []string
	}{
		"they fit":            {ec2.VPC, []string{"subnet-pa", "subnet-pb"}, nil},
		"of another VPC":      {"vpc-0000dead", []string{"subnet-pa", "subnet-pb"}, []string{"is in " + ec2.VPC, "the environment in vpc-0000dead", "gallery doctor"}},
		"in one zone":         {ec2.VPC, []string{"subnet-pa", "subnet-a"}, []string{"subnet-pa and subnet-a are in us-east-1a alone", "two zones"}},
		"one of them is gone": {ec2.VPC, []string{"subnet-pa", "subnet-0000dead"}, []string{"subnet-0000dead", "is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.settings.VPC, c.settings.PublicSubnets = test.vpc, test.public
				if test.words == nil {
					c.mustPlan(`{}`)
					return
				}
				c.refuses(`{}`, release.InvalidRequest, test.words...)
			})
		})
	}
}

// An environment that was deployed for another architecture keeps what serves, and bakes next.
func TestChangeOfArchitectureBakesAnew(t *testing.T) {
	inCloud(t, func(c *cloud) {
		former := c.mustPlan(`{}`)
		image := c.image(map[string]string{release.TagEnvironment: "main", release.TagDigest: former.Digest, release.TagBundle: former.Bundle.URL()})
		c.serves(release.Current{Serving: true, Image: image, Digest: former.Digest, Version: former.Version, Bundle: former.Bundle, DefaultBundle: former.Bundle, InstanceType: "t4g.medium", MinSize: 2, MaxSize: 5})
		c.settings.Architecture = release.X8664
		got := c.mustPlan(`{"dryRun": true}`)
		if !got.Forecast.Bakes || got.Forecast.Builder != "t3.small" || got.Forecast.Reason != "there is no image of this content for x86_64" {
			t.Errorf("got %+v", got.Forecast)
		}
		if got.Digest == former.Digest || got.InstanceType != "t3.small" {
			t.Errorf("got %+v", got)
		}
		if got := c.mustPlan(`{"rebakeIfNewer": true}`); !strings.Contains(got.Unchanged, "is for arm64, and the environment for x86_64 now; release first") {
			t.Errorf("got %+v", got)
		}
	})
}

func TestQuotaMustCoverThePeakOfTheRelease(t *testing.T) {
	running := func(n int32) *groups.AutoScalingGroup {
		return &groups.AutoScalingGroup{AutoScalingGroupName: aws.String("photogallery-main"), DesiredCapacity: aws.Int32(n)}
	}
	leaving := running(5)
	leaving.Status = aws.String("Delete in progress")
	tests := map[string]struct {
		group   *groups.AutoScalingGroup
		request string
		need    int // vCPUs; every t4g has 2
	}{
		"the builder, then the first two":      {nil, `{}`, 4},
		"a first release of one":               {nil, `{"minSize": 1}`, 2},
		"a first release of five":              {nil, `{"desired": 5}`, 10},
		"two run: the builder, or one more":    {running(2), `{"strategy": "rolling"}`, 6},
		"four run: two more while rolling":     {running(4), `{"strategy": "rolling"}`, 12},
		"two run, six wanted":                  {running(2), `{"strategy": "rolling", "maxSize": 6, "desired": 6}`, 12},
		"a group that is being deleted":        {leaving, `{}`, 4},
		"a larger type":                        {nil, `{"instanceType": "c7g.xlarge"}`, 8},
		"ten run, but three are wanted":        {running(10), `{"strategy": "rolling", "maxSize": 3}`, 30},
		"a group that is smaller than allowed": {running(1), `{"strategy": "rolling", "minSize": 5}`, 10},
		"a second fleet of one":                {running(1), `{"minSize": 1}`, 4},
		"a second fleet of four":               {running(4), `{}`, 16},
		"a second fleet of six beside two":     {running(2), `{"maxSize": 6, "desired": 6}`, 16},
		"a second fleet that is to shrink":     {running(10), `{"maxSize": 3}`, 26},
		// Virtual time begins on a Saturday at midnight.
		"a lecture on another day":              {running(2), `{"strategy": "rolling", "sizes": [{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]}`, 12},
		"and how many it begins with":           {running(2), `{"sizes": [{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8, "desired": 7}]}`, 14},
		"beside a second fleet":                 {running(2), `{"sizes": [{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]}`, 12},
		"a lecture that begins meanwhile":       {running(2), `{"strategy": "rolling", "sizes": [{"days": ["SAT"], "from": "00:30", "until": "02:00", "minSize": 6, "maxSize": 8}]}`, 18},
		"beside a second fleet, for which both": {running(2), `{"bakeTime": "2h", "sizes": [{"days": ["SAT"], "from": "02:30", "until": "04:00", "minSize": 6, "maxSize": 8}]}`, 24},
		"a lecture that is on":                  {nil, `{"sizes": [{"days": ["FRI"], "from": "23:00", "until": "02:00", "minSize": 6, "maxSize": 8}]}`, 12},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.group = test.group
				c.fabric.Do(func() { c.ec2.SetVCPULimit(test.need) })
				c.mustPlan(test.request)
				c.fabric.Do(func() { c.ec2.SetVCPULimit(test.need - 1) })
				c.refuses(test.request, release.QuotaExceeded, "L-1216C47A", "Service Quotas")
			})
		})
	}
}

func TestQuotaOfTwoFleetsCountsTheOneThatServes(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.serves(release.Current{Serving: true, Slot: release.Green, MinSize: 2, MaxSize: 5})
		c.group = &groups.AutoScalingGroup{AutoScalingGroupName: aws.String("photogallery-main-green"), DesiredCapacity: aws.Int32(4)}
		c.fabric.Do(func() { c.ec2.SetVCPULimit(15) })
		c.refuses(`{}`, release.QuotaExceeded, "makes a second fleet and runs 8 instances of t4g.small", "(4 run now)", "16 vCPUs", "is 15", `add "strategy": "rolling", which runs 6 instances, 12 vCPUs`)
		c.mustPlan(`{"strategy": "rolling"}`)
		c.fabric.Do(func() { c.ec2.SetVCPULimit(16) })
		c.mustPlan(`{}`)
	})
}

// Neither a first release nor a fleet that the quota does not allow to be rolled gets that advice.
func TestQuotaAdvisesToRollOnlyIfThatIsAllowed(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Do(func() { c.ec2.SetVCPULimit(5) })
		for _, group := range []*groups.AutoScalingGroup{nil, {AutoScalingGroupName: aws.String("photogallery-main"), DesiredCapacity: aws.Int32(4)}} {
			c.group = group
			_, failure := c.plan(`{"desired": 4}`)
			if failure == nil || failure.Type != string(release.QuotaExceeded) || strings.Contains(failure.Message, "rolling") {
				t.Errorf("got %+v", failure)
			}
		}
	})
}

func TestScheduledSizesAreKeptAndHeldAgainstTheQuota(t *testing.T) {
	inCloud(t, func(c *cloud) {
		lecture := release.ScheduledSize{Days: []string{"TUE"}, From: "18:00", Until: "21:00", MinSize: 6, MaxSize: 8}
		c.serves(release.Current{Serving: true, MinSize: 2, MaxSize: 5, Timetable: release.Timetable{Sizes: []release.ScheduledSize{lecture}, TimeZone: "Europe/Zurich"}})
		kept := c.mustPlan(`{}`)
		if len(kept.Sizes) != 1 || kept.Sizes[0].String() != "TUE 18:00 to 21:00" || kept.TimeZone != "Europe/Zurich" {
			t.Errorf("planned %+v", kept.Timetable)
		}
		if none := c.mustPlan(`{"sizes": []}`); len(none.Sizes) != 0 || none.TimeZone != "" {
			t.Errorf("planned %+v", none.Timetable)
		}
		c.fabric.Do(func() { c.ec2.SetVCPULimit(11) })
		c.refuses(`{}`, release.QuotaExceeded, "sizes: entry 1 (TUE 18:00 to 21:00) runs 6 instances of t4g.small", "12 vCPUs", "is 11", "smaller minSize")
		c.mustPlan(`{"sizes": []}`)
	})
}

func TestExistingImageNeedsNoBuilder(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.image(map[string]string{release.TagEnvironment: "main", release.TagDigest: digestOf(bundleOf("own"))})
		c.fabric.Do(func() { c.ec2.SetVCPULimit(4) })
		c.group = &groups.AutoScalingGroup{AutoScalingGroupName: aws.String("photogallery-main"), DesiredCapacity: aws.Int32(1)}
		c.mustPlan(`{"minSize": 1}`)
		c.fabric.Do(func() { c.ec2.SetVCPULimit(3) })
		c.refuses(`{"minSize": 1}`, release.QuotaExceeded, "(1 run now)", "4 vCPUs", "is 3")
	})
}

func TestProblemsAreReportedTogether(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Do(func() { c.ec2.SetVCPULimit(1) })
		c.refuses(`{"image": "ami-0aaaaaaaaaaaaaaaa"}`, release.InvalidRequest, "image: ", "quota: ")
		c.refuses(`{"image": "ami-0aaaaaaaaaaaaaaaa", "instanceType": "t3.small"}`, release.InvalidRequest, "image: ", "instanceType: ")
		c.refuses(`{"minSize": 0, "color": "red"}`, release.InvalidRequest, "minSize: 0", `"color": no such field`)
	})
}

// Step Functions takes any letters for an execution's name, EC2 and the builder only ASCII.
func TestReleaseNeedsAPlainName(t *testing.T) {
	inCloud(t, func(c *cloud) {
		for name, plain := range map[string]bool{
			"r1": true, "release-20260131-090000.000": true, "0b7f-4c_1d@x=y+(z)!'": true,
			"été": false, "release-文": false, "": false,
		} {
			made, failure := c.planAs(name, `{}`)
			if plain && made.Release != name || !plain && (failure == nil || failure.Type != string(release.InvalidRequest) || !strings.Contains(failure.Message, name)) {
				t.Errorf("%q: got %+v and %+v", name, made, failure)
			}
		}
	})
}

func TestMissingQuotaIsLeftToEC2(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.answer("GetServiceQuota", func() (any, error) {
			return nil, fabric.Errorf("NoSuchResourceException", "The request failed because the specified service does not exist.")
		})
		c.mustPlan(`{}`)
	})
}

func TestOfferingsAreReadToTheLastPage(t *testing.T) {
	inCloud(t, func(c *cloud) {
		zones := fabric.Zones()
		c.answer("DescribeInstanceTypeOfferings", func() (any, error) {
			out := &awsec2.DescribeInstanceTypeOfferingsOutput{
				InstanceTypeOfferings: []types.InstanceTypeOffering{{Location: aws.String(zones[0])}}, NextToken: aws.String("more"),
			}
			if zones = zones[1:]; len(zones) == 0 {
				out.NextToken = nil
			}
			return out, nil
		})
		c.mustPlan(`{}`)
	})
}

// answer stands in for an operation.
func (c *cloud) answer(operation string, answer func() (any, error)) {
	c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if call.Operation.Name == operation {
			return answer()
		}
		return next()
	})
}

func TestFailedLookupIsNotARequestProblem(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "DescribeSubnets" {
				return nil, fabric.Errorf("RequestLimitExceeded", "slow down")
			}
			return next()
		})
		c.refuses(`{"image": "ami-0aaaaaaaaaaaaaaaa"}`, release.Throttled, "slow down")
	})
}

func TestPlanningChangesNothing(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.fabric.Observe(func(call fabric.Call) {
			name := call.Operation.Name
			if !strings.HasPrefix(name, "Describe") && !strings.HasPrefix(name, "Get") && name != "HeadObject" {
				t.Errorf("Plan called %s", name)
			}
		})
		c.mustPlan(`{}`)
	})
}
