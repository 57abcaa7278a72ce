package environment

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// Images lists the images of releases, newest first. The size is that of the snapshots' blocks,
// which is AWS's maximum charge.
func (r Reader) Images(ctx context.Context) ([]Image, error) {
	recorded, err := r.Recorded(ctx)
	if err != nil {
		return nil, err
	}
	sizes, err := r.snapshotSizes(ctx)
	if err != nil {
		return nil, err
	}
	described, err := r.describeImages(ctx)
	if err != nil {
		return nil, err
	}
	bases, err := r.bases(ctx, described)
	if err != nil {
		return nil, err
	}
	images := []Image{}
	for _, i := range described {
		id := aws.ToString(i.ImageId)
		images = append(images, Image{
			ID: id, Name: aws.ToString(i.Name), State: string(i.State), Version: inventory.Tag(i.Tags, release.TagVersion),
			Release: inventory.Tag(i.Tags, release.TagRelease), Digest: inventory.Tag(i.Tags, release.TagDigest), Created: image.Created(i),
			Bytes: sizeOf(i, sizes), Serving: recorded.Serving && recorded.Image == id, Former: recorded.FormerImage == id,
			Base: bases[inventory.Tag(i.Tags, release.TagBase)],
		})
	}
	slices.SortFunc(images, func(a, b Image) int {
		if order := b.Created.Compare(a.Created); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return images, nil
}

// versions returns the version of each image, by the image's ID.
func (r Reader) versions(ctx context.Context) (map[string]string, error) {
	described, err := r.describeImages(ctx)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, i := range described {
		versions[aws.ToString(i.ImageId)] = inventory.Tag(i.Tags, release.TagVersion)
	}
	return versions, nil
}

func (r Reader) describeImages(ctx context.Context) (images []types.Image, err error) {
	pages := ec2.NewDescribeImagesPaginator(r.Clients.EC2, &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: inventory.Filters(r.Environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		images = append(images, page.Images...)
	}
	return images, nil
}

func (r Reader) snapshotSizes(ctx context.Context) (map[string]int64, error) {
	sizes := map[string]int64{}
	pages := ec2.NewDescribeSnapshotsPaginator(r.Clients.EC2, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: inventory.Filters(r.Environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, snapshot := range page.Snapshots {
			sizes[aws.ToString(snapshot.SnapshotId)] = aws.ToInt64(snapshot.FullSnapshotSizeInBytes)
		}
	}
	return sizes, nil
}

func sizeOf(of types.Image, snapshots map[string]int64) (bytes int64) {
	for _, mapping := range of.BlockDeviceMappings {
		if mapping.Ebs != nil {
			bytes += snapshots[aws.ToString(mapping.Ebs.SnapshotId)]
		}
	}
	return bytes
}
