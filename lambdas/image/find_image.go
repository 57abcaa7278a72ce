package image

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// FindImage looks for an existing image of the content.
var FindImage = step.Define(step.Step{
	Name:     "FindImage",
	Summary:  "Find the image that the request names, or one of the same content.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeImages"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, FindInput) (Output, error) {
	return finder{clients.EC2, settings}.run
})

// FindInput is the input of FindImage.
type FindInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

type finder struct {
	api      ec2.DescribeImagesAPIClient
	settings step.Settings
}

func (f finder) run(ctx context.Context, in FindInput) (Output, error) {
	if in.Plan.Image != "" {
		image, err := Existing(ctx, f.api, f.settings.Environment, in.Plan.Image)
		if err != nil {
			return Output{}, err
		}
		return output(&image, f.settings.Timings.Image), nil
	}
	image, err := Of(ctx, f.api, f.settings.Environment, in.Plan)
	if err != nil {
		return Output{}, err
	}
	found := output(image, f.settings.Timings.Image)
	if image == nil && in.Plan.Rebake {
		found.Reason = "a new one is asked for"
	}
	return found, nil
}
