package doctor

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/internal/awsstack"
	"photogallery/internal/lab"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// labSession returns an error if the session of a lab is over: who the caller is, STS tells even then.
func (e *examination) labSession(ctx context.Context) error {
	if e.inLab = release.IsLabCaller(e.caller); !e.inLab {
		return nil
	}
	if !e.Asked {
		e.MaxSize = min(e.MaxSize, release.LabMaxSize)
	}
	_, err := e.EC2.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{})
	if awsstack.IsLabEnded(err) {
		return err
	}
	return nil
}

// usualArchitecture is that of a deployment that names none: in a lab `gallery lab deploy` chooses it.
func (e *examination) usualArchitecture() string {
	if e.inLab {
		return release.X8664
	}
	return release.ARM64
}

// lab holds what a release needs against the limits of a Learner Lab, as the Plan step does.
func (e *examination) lab(ctx context.Context) Finding {
	if !e.inLab {
		return Finding{}
	}
	if !release.IsLabRegion(e.Config.Region) {
		return well("a lab has only %s, and this is %s", release.LabRegions(), e.Config.Region).but(Failed, "Choose one of them with --region.")
	}
	usual := plan.UsualType(cmp.Or(e.Architecture, e.usualArchitecture()))
	if why := release.UnfitForLab(cmp.Or(e.InstanceType, usual), usual); why != "" {
		return well("a release would be refused").but(Failed, "%s, with --instance-type.", upper(why))
	}
	others, err := plan.Others(ctx, e.EC2, e.AutoScaling, e.environment)
	if err != nil {
		return e.unseen(err)
	}
	need, room := release.LabPeak(release.BlueGreen, e.MaxSize, e.MaxSize), release.LabInstances-others
	f := well("%d instances may run in %s, of which others may take %d, and a second fleet beside one of up to %d takes %d", release.LabInstances, e.Config.Region, others, e.MaxSize, need)
	if need <= room {
		return f
	}
	if fits := release.LabFits(release.BlueGreen, 0, room); fits >= e.MinSize {
		return f.but(Warning, "Release with --max-size %d; more would be refused.", fits)
	}
	return f.but(Failed, "A release would be refused: terminate instances of others, or lower the maximum of their Auto Scaling groups.")
}

// assetsBucket looks for the bucket that a lab's deployment has instead of the bootstrap.
func (e *examination) assetsBucket(ctx context.Context) Finding {
	isThere, err := lab.Find(ctx, e.S3, e.account, e.Config.Region)
	if err != nil {
		return e.unseen(err)
	}
	bucket := lab.BucketName(e.account, e.Config.Region)
	if !isThere {
		return well("there is no bucket %s for a deployment's files", bucket).but(Failed, "Make it with `gallery lab init`, and deploy with `gallery lab deploy`.")
	}
	return well("%s holds a deployment's files instead, as `gallery lab deploy` has it", bucket)
}
