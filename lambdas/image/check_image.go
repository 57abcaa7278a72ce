package image

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// CheckImage checks the progress of an image once.
var CheckImage = step.Define(step.Step{
	Name:     "CheckImage",
	Summary:  "Look whether the image is available, and how far it is.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeImages"),
		step.Unbound("ec2:DescribeSnapshots"),
	},
}, func(clients step.Clients, _ step.Settings) func(context.Context, CheckInput) (Progress, error) {
	return checker{clients.EC2}.run
})

// CheckInput is the input of CheckImage.
type CheckInput struct {
	step.Call
	Plan     release.Plan `json:"plan"`
	Image    string       `json:"image"`
	Deadline time.Time    `json:"deadline"`
}

// Progress is the answer of CheckImage.
type Progress struct {
	Output
	Progress string `json:"progress"` // of the snapshot, "45%", or "" while AWS does not say
}

// Note names the image, and how far its snapshot is.
func (p Progress) Note() string { return strings.TrimSpace(p.Image + " " + p.Progress) }

type checkerAPI interface {
	ec2.DescribeImagesAPIClient
	ec2.DescribeSnapshotsAPIClient
}

type checker struct{ api checkerAPI }

func (c checker) run(ctx context.Context, in CheckInput) (Progress, error) {
	image, err := c.describe(ctx, in.Image)
	if err != nil {
		return Progress{}, err
	}
	answer := Progress{Output: Output{State: Pending, Image: in.Image, Deadline: in.Deadline}}
	switch image.State {
	case types.ImageStateAvailable:
		answer.State, answer.Progress = Available, "100%"
		return answer, nil
	case types.ImageStatePending, types.ImageStateTransient:
	default:
		return Progress{}, release.Errorf(release.ImageFailed, "image %s is %s%s; start the release again", in.Image, image.State, reason(image))
	}
	answer.Progress, err = c.progress(ctx, image)
	if err != nil {
		return Progress{}, err
	}
	if time.Now().After(in.Deadline) {
		return Progress{}, release.Errorf(release.ImageFailed, "image %s is still pending at %s, the time it was given (progress %q); start the release again", in.Image, in.Deadline.Format(time.RFC3339), answer.Progress)
	}
	return answer, nil
}

// describe treats a missing image as pending: it may be too new to be visible, and the deadline
// ends the wait otherwise. A deregistered image is missing, too.
func (c checker) describe(ctx context.Context, id string) (types.Image, error) {
	out, err := c.api.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	if release.IsNotFound(err) || err == nil && len(out.Images) == 0 {
		return types.Image{State: types.ImageStatePending}, nil
	}
	if err != nil {
		return types.Image{}, err
	}
	return out.Images[0], nil
}

func (c checker) progress(ctx context.Context, image types.Image) (string, error) {
	ids := snapshots(image)
	if len(ids) == 0 {
		return "", nil
	}
	out, err := c.api.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{SnapshotIds: ids})
	if release.IsNotFound(err) || err == nil && len(out.Snapshots) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Snapshots[0].Progress), nil
}

func reason(image types.Image) string {
	if image.StateReason == nil || aws.ToString(image.StateReason.Message) == "" {
		return ""
	}
	return ": " + aws.ToString(image.StateReason.Message)
}
