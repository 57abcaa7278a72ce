package image

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// CreateImage makes the image of a provisioned builder. The call has no idempotency token: the
// name, which depends on the content, prevents a second image.
var CreateImage = step.Define(step.Step{
	Name:     "CreateImage",
	Summary:  "Make an image of the provisioned builder.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeImages"),
		step.Unbound("ec2:DescribeInstances"),
		{Name: "ec2:DeregisterImage", Scope: step.Owned},
		{Name: "ec2:CreateImage", Scope: step.CreatedTagged},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, CreateInput) (Output, error) {
	return creator{clients.EC2, settings}.run
})

// CreateInput is the input of CreateImage.
type CreateInput struct {
	step.Call
	Plan     release.Plan `json:"plan"`
	Instance string       `json:"instance"`
}

type creatorAPI interface {
	ec2.DescribeImagesAPIClient
	ec2.DescribeInstancesAPIClient
	DeregisterImage(context.Context, *ec2.DeregisterImageInput, ...func(*ec2.Options)) (*ec2.DeregisterImageOutput, error)
	CreateImage(context.Context, *ec2.CreateImageInput, ...func(*ec2.Options)) (*ec2.CreateImageOutput, error)
}

type creator struct {
	api      creatorAPI
	settings step.Settings
}

func (c creator) run(ctx context.Context, in CreateInput) (Output, error) {
	name := c.name(in.Plan)
	former, err := c.named(ctx, name)
	if err != nil {
		return Output{}, err
	}
	if former != nil && usable(*former) {
		return output(former, c.settings.Timings.Image), nil
	}
	if former != nil {
		if err := c.deregister(ctx, *former); err != nil {
			return Output{}, err
		}
	}
	base, err := c.base(ctx, in.Instance)
	if err != nil {
		return Output{}, err
	}
	created, err := c.api.CreateImage(ctx, &ec2.CreateImageInput{
		InstanceId:        aws.String(in.Instance),
		Name:              aws.String(name),
		Description:       aws.String("Photogallery " + in.Plan.Version + ", made by release " + in.Plan.Release),
		TagSpecifications: c.tags(in.Plan, base),
	})
	if release.IsAlreadyExists(err) {
		return Output{}, release.Errorf(release.StillInUse, "the image name %s is taken by an image that cannot be seen yet: %w", name, err)
	}
	if err != nil {
		return Output{}, err
	}
	return output(&types.Image{ImageId: created.ImageId, State: types.ImageStatePending}, c.settings.Timings.Image), nil
}

func (c creator) name(plan release.Plan) string {
	if plan.Rebake {
		return c.settings.Environment.ImageName(plan.Digest, plan.Release)
	}
	return c.settings.Environment.ImageName(plan.Digest, "")
}

// named returns the image of that name, or nil if there is none. A failed or disabled image keeps
// its name, too.
func (c creator) named(ctx context.Context, name string) (*types.Image, error) {
	pages := ec2.NewDescribeImagesPaginator(c.api, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, IncludeDisabled: aws.Bool(true),
		Filters: []types.Filter{{Name: aws.String("name"), Values: []string{name}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, image := range page.Images {
			if image.State == types.ImageStateDeregistered {
				continue
			}
			if inventory.Tag(image.Tags, release.TagEnvironment) != string(c.settings.Environment) {
				return nil, release.Errorf(release.ImageFailed, "the image name %s is taken by %s, which is not Photogallery's; deregister that image", name, aws.ToString(image.ImageId))
			}
			return &image, nil
		}
	}
	return nil, nil
}

// deregister frees the name. A snapshot that remains is found by its tags and removed with the
// older images.
func (c creator) deregister(ctx context.Context, image types.Image) error {
	_, err := c.api.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: image.ImageId, DeleteAssociatedSnapshots: aws.Bool(true)})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}

// base returns the image that the builder was launched from. A builder that has ended has no volume
// to make an image of.
func (c creator) base(ctx context.Context, instance string) (string, error) {
	out, err := c.api.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{instance}})
	if err != nil && !release.IsNotFound(err) {
		return "", err
	}
	if err != nil || len(out.Reservations) == 0 || len(out.Reservations[0].Instances) == 0 {
		return "", release.Errorf(release.BuilderDied, "builder %s is gone before its image was made; start the release again", instance)
	}
	builder := out.Reservations[0].Instances[0]
	if builder.State != nil {
		switch builder.State.Name {
		case types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
			return "", release.Errorf(release.BuilderDied, "builder %s is %s before its image was made; start the release again", instance, builder.State.Name)
		}
	}
	return aws.ToString(builder.ImageId), nil
}

func (c creator) tags(plan release.Plan, base string) []types.TagSpecification {
	tags := inventory.Tags(c.settings.Tagged(
		release.Tag{Key: "Name", Value: c.name(plan)},
		release.Tag{Key: release.TagRelease, Value: plan.Release},
		release.Tag{Key: release.TagDigest, Value: plan.Digest},
		release.Tag{Key: release.TagVersion, Value: plan.Version},
		release.Tag{Key: release.TagBundle, Value: plan.Bundle.URL()},
		release.Tag{Key: release.TagBase, Value: base},
	))
	return []types.TagSpecification{
		{ResourceType: types.ResourceTypeImage, Tags: tags},
		{ResourceType: types.ResourceTypeSnapshot, Tags: tags},
	}
}
