// Package image holds the steps that find, make and await the image of a release.
package image

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// State is the state of an image, for the state machine.
type State string

// The states.
const (
	Available State = "available"
	Pending   State = "pending"
	Absent    State = "absent"
)

// Output is the answer of FindImage and CreateImage.
type Output struct {
	State    State     `json:"state"`
	Image    string    `json:"image"` // the image's ID, or "" when Absent
	Deadline time.Time `json:"deadline"`
	Reason   string    `json:"reason,omitempty"` // why it is Absent, if there may be an image
}

// Note names the image, or says why there is none.
func (o Output) Note() string {
	switch {
	case o.Reason != "":
		return o.Reason
	case o.State == Absent:
		return "none yet"
	case o.State == Available:
		return "reuses " + o.Image
	}
	return o.Image
}

func output(image *types.Image, patience time.Duration) Output {
	out := Output{State: Absent, Deadline: time.Now().UTC().Add(patience)}
	if image != nil {
		out.Image, out.State = aws.ToString(image.ImageId), Pending
		if image.State == types.ImageStateAvailable {
			out.State = Available
		}
	}
	return out
}

// Existing describes an image that a release can use: it is available and a release of this
// environment made it. Any other is ImageNotFound.
func Existing(ctx context.Context, api ec2.DescribeImagesAPIClient, environment release.Environment, id string) (types.Image, error) {
	out, err := api.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}, Owners: []string{"self"}})
	if err != nil && !release.IsNotFound(err) {
		return types.Image{}, err
	}
	if err != nil || len(out.Images) == 0 {
		return types.Image{}, release.Errorf(release.ImageNotFound, "image: %q does not exist in this account and region; give one that `gallery images` lists, or leave it out", id)
	}
	image := out.Images[0]
	if inventory.Tag(image.Tags, release.TagEnvironment) != string(environment) || inventory.Tag(image.Tags, release.TagDigest) == "" {
		return types.Image{}, release.Errorf(release.ImageNotFound, "image: %q was not made by a release of environment %s; give one that `gallery images` lists, or leave it out", id, environment)
	}
	if image.State != types.ImageStateAvailable {
		return types.Image{}, release.Errorf(release.ImageNotFound, "image: %q is %s, not available; give another one, or leave it out", id, image.State)
	}
	return image, nil
}

// Of returns the image of a plan's content: the newest available one, else the newest pending one,
// or nil if there is neither. For a rebake only an image of this release counts.
func Of(ctx context.Context, api ec2.DescribeImagesAPIClient, environment release.Environment, plan release.Plan) (*types.Image, error) {
	var best *types.Image
	pages := ec2.NewDescribeImagesPaginator(api, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, Filters: inventory.Filters(environment),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, image := range page.Images {
			if holds(image, plan) && (best == nil || better(image, *best)) {
				best = &image
			}
		}
	}
	return best, nil
}

func holds(image types.Image, plan release.Plan) bool {
	return usable(image) && inventory.Tag(image.Tags, release.TagDigest) == plan.Digest &&
		(!plan.Rebake || inventory.Tag(image.Tags, release.TagRelease) == plan.Release)
}

func usable(image types.Image) bool {
	switch image.State {
	case types.ImageStateAvailable, types.ImageStatePending, types.ImageStateTransient:
		return true
	}
	return false
}

func better(image, than types.Image) bool {
	if image.State != than.State {
		return image.State == types.ImageStateAvailable
	}
	// RFC 3339 in UTC sorts as text.
	return strings.Compare(aws.ToString(image.CreationDate), aws.ToString(than.CreationDate)) > 0
}

// snapshots lists the IDs of the snapshots in an image's description.
func snapshots(image types.Image) []string {
	var ids []string
	for _, mapping := range image.BlockDeviceMappings {
		if mapping.Ebs != nil && aws.ToString(mapping.Ebs.SnapshotId) != "" {
			ids = append(ids, aws.ToString(mapping.Ebs.SnapshotId))
		}
	}
	slices.Sort(ids)
	return ids
}
