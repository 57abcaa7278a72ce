package sweep

import (
	"context"
	"errors"
	"slices"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// images removes the images with their snapshots that the extent selects.
var images = Stage{
	Name:  "images",
	looks: looks("ec2:DescribeImages", "ec2:DescribeSnapshots"),
	changes: []step.Operation{
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "s3:DeleteObject", Scope: step.StackSBOMs},
		{Name: "ec2:DeregisterImage", Scope: step.Owned},
		{Name: "ec2:DeleteSnapshot", Scope: step.Owned},
	},
	prepare: forget,
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		return inventory.Images(ctx, c.images, c.settings.Environment, over.images)
	},
	remove: func(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
		return inventory.RemoveImages(ctx, c.images, c.sboms, found)
	},
}

// forget forgets the selected images, and the software bill of materials that an undone release's
// builder wrote before there was an image.
func forget(ctx context.Context, c cloud, over extent) error {
	return errors.Join(forgetImages(ctx, c, over), c.sboms.Remove(ctx, over.undone))
}

// forgetImages removes the selected images from the recorded state.
func forgetImages(ctx context.Context, c cloud, over extent) error {
	if over.release != "" {
		return nil // the recorded state's own needs are never selected
	}
	return c.record(ctx, func(current *release.Current) {
		for _, image := range []*string{&current.Image, &current.FormerImage} {
			if !slices.Contains(over.images.Except, *image) {
				*image = ""
			}
		}
	})
}
