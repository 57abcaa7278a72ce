package state

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

// Builders counts the builders and the instances of commands that have not ended. Its errors are AWS's, as those of the other
// lists here.
func (e Environment) Builders(ctx context.Context) (int, error) {
	ids, err := e.instances(ctx, release.RoleBuilder, release.RoleRunner)
	return len(ids), err
}

// Fleet lists the IDs of the fleet's instances that have not ended completely.
func (e Environment) Fleet(ctx context.Context) ([]string, error) {
	return e.instances(ctx, release.RoleFleet)
}

func (e Environment) instances(ctx context.Context, roles ...string) (ids []string, err error) {
	pages := ec2.NewDescribeInstancesPaginator(e.EC2, &ec2.DescribeInstancesInput{Filters: e.ours(
		types.Filter{Name: aws.String("tag:" + release.TagRole), Values: roles},
		types.Filter{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}})})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				ids = append(ids, *instance.InstanceId)
			}
		}
	}
	return ids, nil
}

// groups returns the groups of both slots.
func (e Environment) groups(ctx context.Context) ([]scalingtypes.AutoScalingGroup, error) {
	names := []string{e.Name.Group(release.Blue), e.Name.Group(release.Green)}
	out, err := e.AutoScaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: names})
	if err != nil {
		return nil, err
	}
	return out.AutoScalingGroups, nil
}

// launches checks the launch template's version and its image.
func (e Environment) launches(ctx context.Context, from *scalingtypes.LaunchTemplateSpecification, name string, images int, found *differences) error {
	out, err := e.EC2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: from.LaunchTemplateId, Versions: []string{*from.Version}})
	if err != nil {
		return err
	}
	version := out.LaunchTemplateVersions[0]
	data := version.LaunchTemplateData
	found.want("the template's release", aws.ToString(version.VersionDescription), name)
	found.want("its metadata service", data.MetadataOptions.HttpTokens, types.LaunchTemplateHttpTokensStateRequired)
	found.want("its volume is encrypted", aws.ToBool(data.BlockDeviceMappings[0].Ebs.Encrypted), true)
	found.want("its instances have public addresses", aws.ToBool(data.NetworkInterfaces[0].AssociatePublicIpAddress), false)
	err = e.serving(ctx, aws.ToString(data.ImageId), images, found)
	userData, failed := base64.StdEncoding.DecodeString(aws.ToString(data.UserData))
	for _, secret := range []string{"AWS_SECRET", "upload-key="} {
		if strings.Contains(string(userData), secret) {
			failed = errors.Join(failed, fmt.Errorf("the user data has %s", secret))
		}
	}
	return errors.Join(err, failed)
}

func (e Environment) templates(ctx context.Context) (int, error) {
	out, err := e.EC2.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{Filters: e.ours()})
	if err != nil {
		return 0, err
	}
	return len(out.LaunchTemplates), nil
}

// serving checks the serving image, one of this many, each with its snapshot.
func (e Environment) serving(ctx context.Context, id string, count int, found *differences) error {
	images, snapshots, err := e.images(ctx)
	if err != nil {
		return err
	}
	found.want("images and snapshots", []int{len(images), snapshots}, []int{count, count})
	at := slices.IndexFunc(images, func(image types.Image) bool { return *image.ImageId == id })
	if at < 0 {
		return fmt.Errorf("the template's image, %s, is none of the environment's", id)
	}
	found.want("the image's state", images[at].State, types.ImageStateAvailable)
	tags := map[string]string{}
	for _, tag := range images[at].Tags {
		tags[*tag.Key] = *tag.Value
	}
	for _, key := range []string{release.TagRelease, release.TagDigest, release.TagVersion, release.TagBundle, release.TagBase} {
		found.want("it has the tag "+key, tags[key] != "", true)
	}
	return nil
}

func (e Environment) images(ctx context.Context) (images []types.Image, snapshots int, err error) {
	out, err := e.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{Filters: e.ours()})
	if err != nil {
		return nil, 0, err
	}
	kept, err := e.EC2.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{Filters: e.ours()})
	if err != nil {
		return nil, 0, err
	}
	return out.Images, len(kept.Snapshots), nil
}
