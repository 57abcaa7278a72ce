package environment

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/image"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// bases returns the base images of images by their IDs. A caller who may not read the parameter, or
// a region without it, has no dates.
func (r Reader) bases(ctx context.Context, images []types.Image) (map[string]*Base, error) {
	found := map[string]*Base{}
	var ids []string
	for _, one := range images {
		if id := inventory.Tag(one.Tags, release.TagBase); id != "" && found[id] == nil {
			found[id] = &Base{ID: id}
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	newest, created, err := image.Bases(ctx, r.Clients.EC2, r.Clients.SSM, r.BaseImageParameter, ids...)
	if release.CodeOf(err) == release.AccessDenied || release.IsNotFound(err) {
		return found, nil
	}
	if err != nil {
		return nil, err
	}
	for _, base := range found {
		base.Created = created[base.ID]
		if newest.NewerThan(image.Base{ID: base.ID, Created: base.Created}) {
			base.Newer, base.NewerCreated = newest.ID, newest.Created
		}
	}
	return found, nil
}

// baseOf returns the base image of one of ours, or nil if it is not known.
func (r Reader) baseOf(ctx context.Context, id string) (*Base, error) {
	out, err := r.Clients.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}, Owners: []string{"self"}})
	if release.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := r.bases(ctx, out.Images)
	for _, base := range found {
		return base, err
	}
	return nil, err
}
