package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// upToDate returns why a rebake has nothing to do, or "" if there is a newer base image than that of
// the serving image. It is no way to another architecture, for which what serves may not be made.
func (p planner) upToDate(ctx context.Context, serving release.Current) (string, error) {
	if !serving.Serving {
		return "nothing serves", nil
	}
	own, err := p.served(ctx, serving.Image)
	if err != nil {
		return "", err
	}
	if p.isForeign(own) {
		return fmt.Sprintf("image %s is for %s, and the environment for %s now; release first", serving.Image, own.Architecture, p.settings.Architecture), nil
	}
	recorded := inventory.Tag(own.Tags, release.TagBase)
	newest, created, err := image.Bases(ctx, p.ec2, p.parameters, p.settings.BaseImageParameter, recorded)
	if err != nil {
		return "", err
	}
	if newest.NewerThan(image.Base{ID: recorded, Created: created[recorded]}) {
		return "", nil
	}
	return fmt.Sprintf("image %s is on the newest base image, %s of %s", serving.Image, newest.ID, newest.Created.UTC().Format(time.DateOnly)), nil
}

// served describes the serving image, or returns an empty one if it is gone.
func (p planner) served(ctx context.Context, id string) (types.Image, error) {
	out, err := p.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}, Owners: []string{"self"}})
	if release.IsNotFound(err) {
		return types.Image{}, nil
	}
	if err != nil || len(out.Images) == 0 {
		return types.Image{}, err
	}
	return out.Images[0], nil
}
