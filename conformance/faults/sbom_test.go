package faults

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// serveOnOldBase brings up a first release, after which there is a newer base image.
func serveOnOldBase(env *environment) {
	serveFirst(env)
	env.Offer(stack.Base{ID: "ami-0aaaaaaaaaaaaaaa1", Created: time.Now()})
}

// writeSBOM lets a builder keep the software bill of materials of its image as soon as it runs.
func (env *environment) writeSBOM(spec machine.Spec) {
	if spec.Role != release.RoleBuilder {
		return
	}
	env.Cloud.Fabric.Go(func() {
		_, _ = env.Clients.S3.PutObject(env.ctx, &s3.PutObjectInput{ // the cloud may be closing
			Bucket: &env.Settings.Bucket, Key: aws.String(release.SBOMKey(spec.Tags[release.TagRelease])), Body: strings.NewReader("{}"), IfNoneMatch: aws.String("*"),
		})
	})
}

// checkSBOMs requires that each software bill of materials is of an image that is there, unless a run
// says that something is left, or somebody else has deleted an image, whose snapshot stays as well.
func (env *environment) checkSBOMs(when string, excused excuse) {
	if excused.snapshots {
		return
	}
	images, err := env.Clients.EC2.DescribeImages(env.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil {
		env.violate("the images cannot be listed: " + err.Error())
		return
	}
	listed, err := env.Clients.S3.ListObjectsV2(env.ctx, &s3.ListObjectsV2Input{Bucket: &env.Settings.Bucket, Prefix: aws.String(release.SBOMPrefix)})
	if err != nil {
		env.violate("the bucket cannot be listed: " + err.Error())
		return
	}
	known := map[string]bool{}
	for _, image := range images.Images {
		known[release.SBOMKey(inventory.Tag(image.Tags, release.TagRelease))] = true
	}
	for _, object := range listed.Contents {
		if !known[*object.Key] && env.reported() == "" {
			env.violate(when + " " + stableName(*object.Key) + " is of no image")
		}
	}
}
