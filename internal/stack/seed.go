package stack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/internal/localcloud"
	"photogallery/internal/localcloud/elb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/lambdas/dns"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// homePageTimeout bounds one request for the home page, as in the functions on AWS.
const homePageTimeout = 10 * time.Second

const healthCheckPath = "/"

// seed adds the stack's own resources to the cloud and to the steps' settings.
func seed(cloud *localcloud.Cloud, options Options) (settings step.Settings, err error) {
	name := options.Environment.Name()
	settings = step.Settings{
		Environment:        options.Environment,
		Architecture:       options.Architecture,
		BuilderProfile:     fabric.ARN("iam", "instance-profile/"+name+"-builder"),
		FleetProfile:       fabric.ARN("iam", "instance-profile/"+name+"-fleet"),
		RunnerProfile:      fabric.ARN("iam", "instance-profile/"+name+"-runner"),
		Table:              name,
		Bucket:             name + "-" + fabric.Account,
		BaseImageParameter: release.BaseImageParameter(options.Architecture),
		ReleaseMachine:     stepfunctions.MachineARN(options.Environment.ReleaseMachine()),
		TeardownMachine:    stepfunctions.MachineARN(options.Environment.TeardownMachine()),
		ScheduleRole:       fabric.ARN("iam", "role/"+name+"-schedule"),
		Timings:            timings(cloud.Fabric, options),
	}
	settings.Tags, settings.SleepAfter, settings.Budget = options.Tags, options.SleepAfter, options.Budget
	settings.Lab = options.Lab
	settings.Wake, settings.WakeLimit, settings.Night = options.Wake, options.WakeLimit, options.Night
	settings.PackBundle = packInto(cloud, settings.Bucket, options.Pack)
	cloud.Fabric.Do(func() {
		seedNetwork(cloud, &settings)
		seedDomain(cloud, options, &settings.Optional)
		seedTargets(cloud, options, &settings)
		cloud.DynamoDB.AddTable(settings.Table, records.Key)
		cloud.S3.AddBucket(settings.Bucket, options.Folder)
		if options.Base.ID == "" {
			options.Base = Base{cloud.Fabric.ID("ami"), time.Now()}
		}
		offer(cloud, options.Base, settings)
		cloud.Scheduler.AddGroup(name)
	})
	write := options.DefaultBundle
	if write == nil {
		write = func(io.Writer) error { return nil }
	}
	bundle, err := put(cloud, settings.Bucket, write)
	settings.DefaultBundle = bundle.URL()
	return settings, err
}

// offer makes a base image the one that builders are launched from. It must be called under the lock.
func offer(cloud *localcloud.Cloud, base Base, settings step.Settings) {
	cloud.EC2.AddBaseImage(base.ID, settings.Architecture, base.Created)
	cloud.SSM.Set(settings.BaseImageParameter, base.ID)
}

func seedNetwork(cloud *localcloud.Cloud, settings *step.Settings) {
	for _, zone := range fabric.Zones() {
		public, private := cloud.Fabric.ID("subnet"), cloud.Fabric.ID("subnet")
		cloud.EC2.AddSubnet(public, zone)
		cloud.EC2.AddSubnet(private, zone)
		settings.PublicSubnets = append(settings.PublicSubnets, public)
		settings.PrivateSubnets = append(settings.PrivateSubnets, private)
	}
	settings.LoadBalancerSecurityGroup = cloud.Fabric.ID("sg")
	settings.InstanceSecurityGroup = cloud.Fabric.ID("sg")
	settings.BuilderSecurityGroup = cloud.Fabric.ID("sg")
}

// seedTargets adds the target groups of both slots.
func seedTargets(cloud *localcloud.Cloud, options Options, settings *step.Settings) {
	settings.TargetGroup = cloud.ELB.AddTargetGroup(options.Environment.Group(release.Blue), healthCheckPath)
	settings.GreenTargetGroup = cloud.ELB.AddTargetGroup(options.Environment.Group(release.Green), healthCheckPath)
	if options.Real {
		cloud.ELB.Configure(settings.TargetGroup, patient(cloud.Fabric))
		cloud.ELB.Configure(settings.GreenTargetGroup, patient(cloud.Fabric))
	}
}

// seedDomain adds the hosted zone and the certificate of a domain, and the record that leads to the front door.
func seedDomain(cloud *localcloud.Cloud, options Options, settings *step.Optional) {
	if options.Domain == "" {
		return
	}
	_, parent, _ := strings.Cut(options.Domain, ".")
	settings.Domain, settings.HostedZone, settings.Door = options.Domain, "Z0123456789EXAMPLE", options.Door
	settings.Certificate = fabric.ARN("acm", "certificate/00000000-0000-4000-8000-000000000000")
	cloud.Route53.AddZone(settings.HostedZone, parent)
	if options.Door {
		cloud.Route53.Add(settings.HostedZone, types.ResourceRecordSet{
			Name: &options.Domain, Type: types.RRTypeA, SetIdentifier: aws.String(dns.DoorRecord), Weight: aws.Int64(0),
			AliasTarget: &types.AliasTarget{DNSName: aws.String("d-0123456789.execute-api.us-east-1.amazonaws.com"), HostedZoneId: aws.String("Z1UJRXOUMOOFQ8")},
		})
	}
}

// packInto returns a function that packs folders into the bucket.
func packInto(cloud *localcloud.Cloud, bucket string, pack Packer) func(context.Context, string, bool) (release.Bundle, error) {
	if pack == nil {
		return nil
	}
	return func(ctx context.Context, folder string, dry bool) (release.Bundle, error) {
		var needs release.Needs
		write := func(to io.Writer) (err error) {
			needs, err = pack(ctx, folder, to)
			return err
		}
		bundle, err := located(cloud, bucket, write, dry)
		bundle.Needs = needs
		return bundle, err
	}
}

// located returns where the bucket has what is written, which a dry run does not store.
func located(cloud *localcloud.Cloud, bucket string, write Bundle, dry bool) (release.Bundle, error) {
	if !dry {
		return put(cloud, bucket, write)
	}
	sum := sha256.New()
	err := write(sum)
	return release.StoredBundle(bucket, hex.EncodeToString(sum.Sum(nil))), err
}

func put(cloud *localcloud.Cloud, bucket string, write Bundle) (release.Bundle, error) {
	key, sha, err := cloud.S3.Put(bucket, "bundles/", ".tar.gz", write)
	return release.Bundle{Bucket: bucket, Key: key, SHA256: sha}, err
}

// timings divides the durations that the steps measure by the pace. InstanceGrace, Warmup and
// RefreshWarmup are parameters of Auto Scaling, which divides them itself.
func timings(f *fabric.Fabric, options Options) step.Timings {
	t := step.DefaultTimings()
	for _, limit := range []*time.Duration{&t.Image, &t.LoadBalancer, &t.Fleet, &t.Refresh, &t.Verify, &t.VerifyBaking, &t.Sweep, &t.Unseen, &t.Settle, &t.Second} {
		*limit = f.Scale(*limit)
	}
	if options.Real {
		leaveRoom(&t, options.Pace)
	}
	return t
}

// patient gives a service time to start before its target is unhealthy, at any pace.
func patient(f *fabric.Fabric) elb.Settings {
	const start = 8 * time.Second
	checks := elb.DefaultSettings()
	checks.UnhealthyThreshold = max(checks.UnhealthyThreshold, int(start/f.Scale(checks.Interval)))
	return checks
}

// leaveRoom gives real work the time that a quick pace takes from it.
func leaveRoom(t *step.Timings, pace float64) {
	for limit, least := range map[*time.Duration]time.Duration{
		&t.Image: 2 * time.Minute, &t.LoadBalancer: 30 * time.Second, &t.Fleet: 3 * time.Minute,
		&t.Refresh: 10 * time.Minute, &t.Verify: 20 * time.Second, &t.Sweep: time.Minute, &t.Settle: time.Second,
	} {
		*limit = max(*limit, least)
	}
	t.Unseen = 0               // this cloud lists new resources at once
	t.RefreshWarmup = t.Warmup // its refreshes never count an instance with failed checks as healthy
	const start = 15 * time.Second
	t.InstanceGrace = max(t.InstanceGrace, time.Duration(float64(start)*max(pace, 1)))
}
