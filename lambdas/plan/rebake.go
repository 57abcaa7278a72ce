package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// upToDate returns why a rebake has nothing to do, or "" if there is a newer base image than that of
// the serving image.
func (p planner) upToDate(ctx context.Context, serving release.Current) (string, error) {
	if !serving.Serving {
		return "nothing serves", nil
	}
	recorded, err := p.baseOf(ctx, serving.Image)
	if err != nil {
		return "", err
	}
	newest, created, err := image.Bases(ctx, p.ec2, p.parameters, p.settings.BaseImageParameter, recorded)
	if err != nil {
		return "", err
	}
	if newest.NewerThan(image.Base{ID: recorded, Created: created[recorded]}) {
		return "", nil
	}
	return fmt.Sprintf("image %s is on the newest base image, %s of %s", serving.Image, newest.ID, newest.Created.UTC().Format(time.DateOnly)), nil
}

// baseOf returns the ID of the base image of an image of ours, or "" if that is not known.
func (p planner) baseOf(ctx context.Context, id string) (string, error) {
	out, err := p.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}, Owners: []string{"self"}})
	if release.IsNotFound(err) {
		return "", nil
	}
	if err != nil || len(out.Images) == 0 {
		return "", err
	}
	return inventory.Tag(out.Images[0].Tags, release.TagBase), nil
}
