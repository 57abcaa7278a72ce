package image

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Base is a base image, from which builders are launched.
type Base struct {
	ID      string
	Created time.Time // zero if the image cannot be seen any more
}

// NewerThan reports whether a builder would be launched from a newer base image than that. A base
// image that cannot be seen any more is older than one that can.
func (b Base) NewerThan(that Base) bool {
	return b.ID != "" && b.ID != that.ID && (that.Created.IsZero() || b.Created.After(that.Created))
}

// ParameterAPI is the part of the Systems Manager client that Bases uses.
type ParameterAPI interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

// Bases returns the base image that a builder would be launched from now, by the parameter, and the
// creation dates of it and of the given base images that can still be seen.
func Bases(ctx context.Context, api ec2.DescribeImagesAPIClient, parameters ParameterAPI, parameter string, ids ...string) (newest Base, created map[string]time.Time, err error) {
	found, err := parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(parameter)})
	if err != nil {
		return Base{}, nil, err
	}
	newest.ID = aws.ToString(found.Parameter.Value)
	created = map[string]time.Time{}
	// Amazon deprecates its images after some months. A filter leaves out an image that is gone,
	// where a list of IDs would be refused.
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
	pages := ec2.NewDescribeImagesPaginator(api, &ec2.DescribeImagesInput{
		Owners: []string{"amazon"}, IncludeDeprecated: aws.Bool(true),
		Filters: []types.Filter{{Name: aws.String("image-id"), Values: append([]string{newest.ID}, ids...)}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Base{}, nil, err
		}
		for _, image := range page.Images {
			created[aws.ToString(image.ImageId)] = Created(image)
		}
	}
	newest.Created = created[newest.ID]
	return newest, created, nil
}

// Created returns an image's date, or zero if it cannot be read.
func Created(image types.Image) time.Time {
	at, err := time.Parse(time.RFC3339, aws.ToString(image.CreationDate))
	if err != nil {
		return time.Time{}
	}
	return at
}
