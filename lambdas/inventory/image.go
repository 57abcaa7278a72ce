package inventory

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

const (
	imageKind    = "image"
	snapshotKind = "snapshot"
)

// ImageFinder is the part of the EC2 client that Images uses.
type ImageFinder interface {
	ec2.DescribeImagesAPIClient
	ec2.DescribeSnapshotsAPIClient
}

// ImageRemover is the part of the EC2 client that RemoveImages uses.
type ImageRemover interface {
	DeregisterImage(context.Context, *ec2.DeregisterImageInput, ...func(*ec2.Options)) (*ec2.DeregisterImageOutput, error)
	DeleteSnapshot(context.Context, *ec2.DeleteSnapshotInput, ...func(*ec2.Options)) (*ec2.DeleteSnapshotOutput, error)
}

// Selection selects images of an environment.
type Selection struct {
	Release string   // only those that this release made, or "" for those of all releases
	Except  []string // IDs of images to keep; "" is ignored
}

func (s Selection) covers(id string, tags []types.Tag) bool {
	return !slices.Contains(s.Except, id) && (s.Release == "" || Tag(tags, release.TagRelease) == s.Release)
}

// Images lists the selected images, then the selected snapshots that belong to no image outside the
// selection, including those whose image is gone.
func Images(ctx context.Context, api ImageFinder, environment release.Environment, wanted Selection) ([]Resource, error) {
	images, err := allImages(ctx, api, environment)
	if err != nil {
		return nil, err
	}
	var found []Resource
	staying := map[string]bool{}
	for _, image := range images {
		id := aws.ToString(image.ImageId)
		if wanted.covers(id, image.Tags) {
			found = append(found, Resource{Kind: imageKind, ID: id, Name: aws.ToString(image.Name), Release: Tag(image.Tags, release.TagRelease)})
			continue
		}
		for _, mapping := range image.BlockDeviceMappings {
			if mapping.Ebs != nil {
				staying[aws.ToString(mapping.Ebs.SnapshotId)] = true
			}
		}
	}
	snapshots, err := allSnapshots(ctx, api, environment)
	if err != nil {
		return nil, err
	}
	for _, snapshot := range snapshots {
		id := aws.ToString(snapshot.SnapshotId)
		if !staying[id] && wanted.covers(id, snapshot.Tags) {
			found = append(found, Resource{Kind: snapshotKind, ID: id})
		}
	}
	return found, nil
}

// RemoveImages deregisters the images and deletes the snapshots among resources, each image after its
// software bill of materials, which nobody would find without it. It tries all of them before it
// returns an error. If a successful DeregisterImage reports a snapshot as kept,
// RemoveImages deletes it in a call of its own, whose error gives the reason.
func RemoveImages(ctx context.Context, api ImageRemover, sboms SBOMs, resources []Resource) error {
	deleted := map[string]bool{}
	var failed []error
	for _, image := range resources {
		if image.Kind != imageKind {
			continue
		}
		if err := sboms.Remove(ctx, image.Release); err != nil {
			failed = append(failed, err)
			continue
		}
		out, err := api.DeregisterImage(ctx, &ec2.DeregisterImageInput{
			ImageId: aws.String(image.ID), DeleteAssociatedSnapshots: aws.Bool(true),
		})
		if err != nil {
			failed = append(failed, vanished(err))
			continue
		}
		for _, result := range out.DeleteSnapshotResults {
			deleted[aws.ToString(result.SnapshotId)] = result.ReturnCode == types.SnapshotReturnCodesSuccess
		}
	}
	for _, snapshot := range resources {
		if snapshot.Kind == snapshotKind && !deleted[snapshot.ID] {
			_, err := api.DeleteSnapshot(ctx, &ec2.DeleteSnapshotInput{SnapshotId: aws.String(snapshot.ID)})
			failed = append(failed, vanished(err))
		}
	}
	return errors.Join(failed...)
}

func allImages(ctx context.Context, api ImageFinder, environment release.Environment) ([]types.Image, error) {
	var images []types.Image
	pages := ec2.NewDescribeImagesPaginator(api, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, Filters: Filters(environment), IncludeDisabled: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		images = append(images, page.Images...)
	}
	return slices.DeleteFunc(images, func(image types.Image) bool {
		return image.State == types.ImageStateDeregistered
	}), nil
}

func allSnapshots(ctx context.Context, api ImageFinder, environment release.Environment) ([]types.Snapshot, error) {
	var snapshots []types.Snapshot
	pages := ec2.NewDescribeSnapshotsPaginator(api, &ec2.DescribeSnapshotsInput{
		OwnerIds: []string{"self"}, Filters: Filters(environment),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		snapshots = append(snapshots, page.Snapshots...)
	}
	return snapshots, nil
}
